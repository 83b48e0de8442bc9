"""Comping generator: short chords in a rhythm of the theme, the voices of the plan."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.euclid import euclid
from adaptive.composer.meter import Meter
from adaptive.composer.room import need_beside
from adaptive.composer.seeding import seeded
from adaptive.composer.writing import (
    bar_randoms,
    chord_index,
    chord_spans,
    meter_of,
    pitch_in,
    plain_note,
    step_randoms,
    style_of,
)
from adaptive.music.note import Note

LENGTHS = {"charleston": 3, "keys": 64, "strum": 6, "scratch": 1, "swing": 6, "syncopated": 3}
"""Longest stroke of a style in sixteenths, where it is not 2."""

Place = tuple[Fraction, float]
"""An onset, and the density from which it sounds."""


def comping(context: BarContext) -> WrittenBar:
    """Write a bar of short chords.

    Parameters
    ----------
    context : BarContext
        `density` is the number of strokes.

    Returns
    -------
    WrittenBar
        Chords of three notes; a stroke an eighth before a change plays the coming chord's bar as written.
    """
    style = style_of(context, STYLES, "comping")
    meter = meter_of(context)
    possible = STYLES[style](context, meter)
    places = sorted(place for place, need in possible if need_beside(context, place, need) <= context.density)
    notes: list[Note] = []
    for start, end, chord, _ in chord_spans(context):
        voicing = context.plan.voicings[chord_index(context, start)]
        inside = [place for place in places if start <= place < end]
        for place, following in zip(inside, [*inside[1:], end], strict=False):
            length = min(following - place, meter.step * LENGTHS.get(style, 2))
            loudness = (0.45 + 0.2 * meter.weight(place)) * (0.7 + 0.3 * context.energy)
            notes += [plain_note(place, length, pitch_in(context, chord, midi), loudness) for midi in voicing]
    return WrittenBar(tuple(notes))


def stabs(context: BarContext, meter: Meter) -> list[Place]:
    """Spread strokes as evenly as a Euclidean rhythm does, turned by the theme."""
    eighths = sorted((*meter.pulses, *meter.halves))
    turn = int(step_randoms(context)[0] * len(eighths))
    shift = 0.1 * bar_randoms(context, 1)[0]
    places: dict[Fraction, float] = {}
    for count in range(1, len(eighths) + 1):
        need = shift + 0.9 * (count - 1) / len(eighths)
        for place, hit in zip(eighths, euclid(count, len(eighths), turn), strict=True):
            if hit:
                places.setdefault(place, need)
    return list(places.items())


def offbeat(context: BarContext, meter: Meter) -> list[Place]:
    """Play between the pulses, a high density on the pulses too."""
    randoms = step_randoms(context)
    between = [(place, 0.05 + 0.5 * randoms[meter.place(place)]) for place in meter.halves]
    more = bar_randoms(context, len(meter.pulses))
    return [
        *between,
        *((pulse, 0.6 + 0.38 * random) for pulse, random in zip(meter.pulses, more, strict=True)),
    ]


def charleston(context: BarContext, meter: Meter) -> list[Place]:
    """Play the first pulse and the offbeat after the second, and answers that the theme chooses."""
    randoms = step_randoms(context)
    halves = [place for place in meter.halves if place > meter.step]
    second = meter.pulses[min(1, len(meter.pulses) - 1)]
    after = [place for place in halves if place > second][:1] or [second]
    more = [(place, 0.2 + 0.75 * randoms[meter.place(place)]) for place in halves if place not in after]
    first: list[Place] = [(Fraction(0), 0.0), (after[0], 0.15)]
    return [*first, *more]


_SWING = (
    (0, 6), (2, 8), (6, 14), (6, 10), (0, 6, 14), (4, 10), (2, 14), (0, 10), (6,), (14,), (4, 12), (0, 6, 12),
)  # fmt: skip
"""Figures of comping in jazz, in sixteenths of 4/4: the Charleston, its turns, pushes into the next bar."""

FIGURES = 5
"""Figures with which comping answers a solo."""

_SYNCOPATED = (
    (0, 3, 6, 10, 13), (0, 6, 10), (2, 6, 11), (0, 3, 8, 11), (3, 6, 10, 14), (0, 7, 10), (2, 5, 10, 13),
)  # fmt: skip
"""Figures of stabs in sixteenths of 4/4: most are groups of three against four."""


def swing(context: BarContext, meter: Meter) -> list[Place]:
    """Play a riff of two figures that the theme has, with another figure at the end of a phrase.

    Behind a solo, phrases with the riff and phrases that answer in the figures of the theme take turns.
    """
    own, plan = step_randoms(context), context.plan
    riff, shift = int(own[0] * len(_SWING)), 0.3 * own[1]
    if plan.part.form.solo and plan.phrase % 2 != plan.part.number % 2:
        rng = seeded(plan.change_seed(context.layer))
        riff, shift = riff + int(rng.integers(FIGURES)), 0.3 * float(rng.random())
    elif context.is_phrase_end:
        drawn = bar_randoms(context, 2)
        riff, shift = int(drawn[0] * len(_SWING)), 0.3 * drawn[1]
    return _figure(meter, _SWING[riff % len(_SWING)], shift)


def syncopated(context: BarContext, meter: Meter) -> list[Place]:
    """Play a figure of sixteenths that the theme has; the last bar of a phrase has another one.

    Where a pad states the changes, strokes come between them.
    """
    drawn = step_randoms(context)
    first = int(drawn[0] * len(_SYNCOPATED))
    figure: tuple[int, ...] = _SYNCOPATED[(first + 3 * context.is_phrase_end) % len(_SYNCOPATED)]
    if _has_pad(context):
        changes = {onset for onset, _ in context.harmony.chords}
        figure = tuple(place for place in figure if meter.step * place not in changes)
    return _figure(meter, figure, 0.05)


def _has_pad(context: BarContext) -> bool:
    plan = context.plan
    return any(layer.generator == "pad" and plan.plays(layer.name) for layer in plan.part.brief.layers)


def _figure(meter: Meter, sixteenths: tuple[int, ...], shift: float) -> list[Place]:
    """Return the strokes of a figure that fit the meter, the last of them at higher densities."""
    onsets = [meter.step * place for place in sixteenths if meter.step * place < meter.length]
    return [
        (onset, 0.0 if not place else shift + 0.75 * place / len(onsets))
        for place, onset in enumerate(onsets)
    ]


def keys(context: BarContext, meter: Meter) -> list[Place]:
    """Hold the chords, and strike them again where the groove of the theme likes it."""
    groove = context.plan.groove
    places = {onset: 0.0 for onset, _ in context.harmony.chords}
    for onset in (*meter.pulses, *meter.halves):
        liking = groove[meter.place(onset)]
        places.setdefault(onset, 0.98 - 0.62 * liking - 0.12 * meter.weight(onset))
    return list(places.items())


def strum(context: BarContext, meter: Meter) -> list[Place]:
    """Strum down on the pulses, at a higher density up between them."""
    more = bar_randoms(context, len(meter.halves))
    down = [(pulse, 0.0 if pulse in meter.group_starts else 0.28) for pulse in meter.pulses]
    return [*down, *((half, 0.4 + 0.5 * random) for half, random in zip(meter.halves, more, strict=True))]


def chug(context: BarContext, meter: Meter) -> list[Place]:
    """Repeat the chord in eighths, with gaps that the groove chooses."""
    groove = context.plan.groove
    eighths = sorted((*meter.pulses, *meter.halves))
    return [(onset, 0.0 if not onset else 0.72 - 0.62 * groove[meter.place(onset)]) for onset in eighths]


def scratch(context: BarContext, meter: Meter) -> list[Place]:
    """Play short sixteenths where bass and kick are silent, most of all after the beat."""
    groove = context.plan.groove
    return [
        (onset, 0.04 + 0.9 * groove[meter.place(onset)] + (0.1 if onset in meter.pulses else 0.0))
        for onset in meter.steps
    ]


STYLES: dict[str, Callable[[BarContext, Meter], list[Place]]] = {
    "stabs": stabs,
    "offbeat": offbeat,
    "charleston": charleston,
    "keys": keys,
    "strum": strum,
    "chug": chug,
    "scratch": scratch,
    "swing": swing,
    "syncopated": syncopated,
}
