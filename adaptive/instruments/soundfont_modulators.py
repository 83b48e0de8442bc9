"""Modulators of a SoundFont 2 file: the default ones, those of instruments, and those of programs.

"SoundFont Technical Specification" 2.04, sections 8.2 to 8.4 and 9.5.  A modulator of an instrument replaces
the default one with the same source, destination and amount source; one of a program adds to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adaptive.kernel.sources.sampler_record import (
    BEND,
    BEND_RANGE,
    CURVES,
    DESTINATIONS,
    ENVELOPE_PARTS,
    FIRST_LINK,
    KEY,
    LINKS,
    OFFSETS,
    PRESSURE,
    VELOCITY,
)
from adaptive.kernel.sources.sampler_regions import OCTAVES_A_DB, Modulator, ModulatorSource
from adaptive.music.generator_parameters import GENERATORS

Identity = tuple[int, int, int, int]
"""Source, destination, amount source and transform, as the file has them."""

WHEEL, INITIAL_PITCH, FINE_TUNE = 0x020E, 59, 52

DEFAULT_AMOUNTS: Mapping[Identity, int] = {
    (0x0502, 48, 0, 0): 960,  # velocity
    (0x0587, 48, 0, 0): 960,  # volume
    (0x058B, 48, 0, 0): 960,  # expression
    (0x028A, 17, 0, 0): 500,  # pan; both sides of 500 tenths of a percent
    (0x0081, 6, 0, 0): 50,  # modulation wheel
    (0x000D, 6, 0, 0): 50,  # channel pressure
    (WHEEL, INITIAL_PITCH, 0x0010, 0): 12700,
}
"""Of the ten default modulators all that are played: velocity does not move the filter, as in the players in
use, unless a file says so; reverb and chorus belong to the mixer."""

GENERAL = {2: VELOCITY, 3: KEY, 13: PRESSURE, 14: BEND, 16: BEND_RANGE}
"""Sources that are not controllers, section 8.2.1; pressure of single keys is not received."""

LINK, LINKED, NODE_SHIFT = 0x7F, 0x8000, 16
"""Source of a modulator that others move, the bit of a destination that is a modulator, and where the number
of that modulator lies in an `Identity`."""

FULL_LINK = 127.0
"""Sum of the amounts of modulators that move another one as a controller at its end does."""

NO_CONTROLLERS = {0, 6, *range(32, 64), *range(98, 102), *range(120, 128)}
"""Controllers that may not be sources."""

_CENTS, _TIME, _DECIBELS = 1 / 100.0, 1 / 1200.0, OCTAVES_A_DB / 10.0

DESTINATION_OF: Mapping[int, tuple[str, float]] = {
    0: ("start", 1.0), 4: ("start", 32768.0),
    5: ("lfo_pitch", _CENTS), 6: ("vibrato_pitch", _CENTS), 7: ("modulation_pitch", _CENTS),
    8: ("cutoff", _CENTS), 9: ("resonance", _DECIBELS), 10: ("lfo_cutoff", _CENTS),
    11: ("modulation_cutoff", _CENTS), 13: ("lfo_level", _DECIBELS), 17: ("pan", 1 / 500.0),
    21: ("lfo_delay", _TIME), 22: ("lfo_rate", _TIME), 23: ("vibrato_delay", _TIME),
    24: ("vibrato_rate", _TIME),
    **{25 + at: (f"modulation_{part}", _TIME) for at, part in enumerate(ENVELOPE_PARTS)},
    **{33 + at: (part, _TIME) for at, part in enumerate(ENVELOPE_PARTS)},
    29: ("modulation_sustain", -1 / 1000.0), 37: ("sustain", _DECIBELS), 48: ("attenuation", _DECIBELS),
    51: ("pitch", 1.0), FINE_TUNE: ("pitch", _CENTS), INITIAL_PITCH: ("pitch", _CENTS),
}  # fmt: skip
"""Number of a generator to the destination, and its unit in that of `sampler_record.DESTINATIONS`."""


COARSE_GENERATORS = {4, 51}
"""Generators that add to a destination which another one also adds to."""


def generator_offset(control: int, amount: float) -> tuple[int, float] | None:
    """The control of a sampler, and its value, that adds to a generator; None: it is not played.

    `control` is the number of a generator as `generator_parameters` counts them.
    """
    number = control - GENERATORS
    target = DESTINATION_OF.get(number)
    if target is None or number == INITIAL_PITCH:
        return None
    name, unit = target
    second = len(DESTINATIONS) if number in COARSE_GENERATORS else 0
    return OFFSETS + second + DESTINATIONS.index(name), amount * unit


def amounts_of(rows: Iterable[Any], zone: int = 0) -> dict[Identity, int]:
    """The modulators of a zone, by what they are; of two that are alike, the last counts.

    A modulator that others move, and those that move it, are told from others by its place in the zone, and
    by the number `zone`, which zones that are added to each other have to differ in.
    """
    found = {}
    for place, row in enumerate(rows):
        source, destination, amount_source, transform = (
            int(row[name]) for name in ("source", "destination", "amount_source", "transform")
        )
        if source & 0x3FF == WHEEL & 0x3FF and destination == FINE_TUNE and amount_source == 0x0010:
            destination = INITIAL_PITCH  # the default one is told so by some editors
        if source & 0xFF == LINK:
            source |= _node(zone, place)
        if destination & LINKED:
            destination = LINKED | _node(zone, destination & 0x7FFF)
        found[source, destination, amount_source, transform] = int(row["amount"])
    return found


def modulators_of(inner: Mapping[Identity, int], outer: Mapping[Identity, int]) -> tuple[Modulator, ...]:
    """The modulators of a zone: of the instrument over the default ones, and those of the program added."""
    amounts = dict(DEFAULT_AMOUNTS) | dict(inner)
    for identity, amount in outer.items():
        amounts[identity] = amounts.get(identity, 0) + amount
    there = {identity: amount for identity, amount in amounts.items() if amount != 0}
    links = _links(there)
    ordered = sorted(there.items(), key=lambda item: links.get(item[0][0] >> NODE_SHIFT, -1))
    made = (_modulator(identity, amount, links) for identity, amount in ordered)
    return tuple(one for one in made if one is not None)


def _node(zone: int, place: int) -> int:
    return (zone << 16 | place) + 1 << NODE_SHIFT


def _links(amounts: Iterable[Identity]) -> dict[int, int]:
    """Numbers of the modulators that others move: those that move others have lower ones.

    Those that move each other in a circle, and more than `LINKS`, are left out.
    """
    moved_by: dict[int, set[int]] = {}
    for source, destination, _, _ in amounts:
        if destination & LINKED:
            moved_by.setdefault(destination >> NODE_SHIFT, set()).add(source >> NODE_SHIFT)
    numbers: dict[int, int] = {}
    for _ in range(LINKS):
        ready = [node for node, by in moved_by.items() if node not in numbers and by <= {0, *numbers}]
        if not ready:
            break
        numbers[min(ready)] = len(numbers)
    return numbers


def _modulator(identity: Identity, amount: int, links: Mapping[int, int]) -> Modulator | None:
    """A modulator; None: it moves nothing that is played, or its source is not known."""
    word, number, amount_word, transform = identity
    source = _source(word, links)
    amount_source = ModulatorSource() if amount_word & 0xFF == 0 else _source(amount_word)
    target = DESTINATION_OF.get(number)
    if number & LINKED:
        link = links.get(number >> NODE_SHIFT)
        target = None if link is None else (f"link_{link}", 1.0 / FULL_LINK)
    if source is None or amount_source is None or target is None or transform not in {0, 2}:
        return None
    name, unit = target
    return Modulator(source, name, amount * unit, amount_source, transform == 2)


def _source(word: int, links: Mapping[int, int] | None = None) -> ModulatorSource | None:
    index, curve = word & 0x7F, (word & 0xFFFF) >> 10
    control: int | None
    if word & 0xFF == LINK:
        link = (links or {}).get(word >> NODE_SHIFT)
        control = None if link is None else FIRST_LINK + link
    elif word & 0x80:
        control = None if index in NO_CONTROLLERS else index
    else:
        control = GENERAL.get(index)
    if control is None or curve >= len(CURVES):
        return None
    return ModulatorSource(control, CURVES[curve], bool(word & 0x100), bool(word & 0x200))
