"""The generators by name: the built-in ones, those a program registers, and those of installed packages.

A package offers a generator as an entry point of the group `GROUP`.  It is loaded when a preset names it,
and not before: an installed package that no preset uses runs no code.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from adaptive.composer import (
    arpeggio,
    bass,
    comping,
    countermelody,
    drone,
    drums,
    melody,
    ostinato,
    pad,
    strokes,
    texture,
)
from adaptive.composer.blend import heaviest
from adaptive.composer.context import BarContext, Generator, WrittenBar
from adaptive.composer.genres.registry import GENRES
from adaptive.errors import InputError, one_line
from adaptive.preset.song_layers import MIDI_FILE

GROUP = "adaptive.generators"
"""Group of the entry points by which installed packages offer generators."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

DEFAULT_LIMIT_S, LONGEST_LIMIT_S = 3.0, 600.0
"""Seconds that a bar may take before its generator is stopped: the default, and the most."""

DEFAULT_MEMORY_MB, MOST_MEMORY_MB = 1024, 1_000_000


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """A generator, its styles, its default instruments, and how it may be run.

    Parameters
    ----------
    name : str
        Name in presets: small letters, digits and underscores.
    function : Generator
        The function that writes a bar.
    styles : tuple of str
        The first is the default.
    instrument : str
        Instrument used if the preset names none.
    is_percussive : bool
        Whether its notes name pieces of a drum kit.
    style_instruments : Mapping
        Maps a style to its default instrument, where that is not `instrument`.
    takes_genres : bool
        Whether each genre is a style of it, too.
    is_deterministic : bool
        Whether equal contexts always give equal bars, on every machine.  A recording keeps the notes of the
        others.
    is_quick : bool
        Whether it is composed within the conductor's step, and so never late: a bar in about a millisecond.
        Only built-in generators are; the others run in a worker.
    limit_s : float
        Seconds that a bar may take; then the generator is stopped and started anew.
    memory_mb : int
        Megabytes that its process may take beyond what it has when it is loaded (Linux).
    stand_in : str
        A built-in generator that writes the bars that this one owes; empty: its last bar is continued.
    address : str
        ``module:attribute`` from which another process loads it; empty: it runs in a thread.
    is_performed : bool
        Whether its notes are played as they are: nobody rests, swings or plays them in another way.
    """

    name: str
    function: Generator
    styles: tuple[str, ...]
    instrument: str
    is_percussive: bool = False
    style_instruments: Mapping[str, str] = field(default_factory=dict)
    takes_genres: bool = False
    is_deterministic: bool = False
    is_quick: bool = False
    limit_s: float = DEFAULT_LIMIT_S
    memory_mb: int = DEFAULT_MEMORY_MB
    stand_in: str = ""
    address: str = ""
    is_performed: bool = False

    @property
    def known_styles(self) -> tuple[str, ...]:
        """Its own styles, and the genres if it plays them."""
        return tuple(dict.fromkeys((*self.styles, *GENRES))) if self.takes_genres else self.styles

    def instrument_for(self, style: str | None) -> str:
        """Return the default instrument of a style, or of the heaviest of weighted ones.

        None means the first style.  A genre has the instrument of its ensemble.
        """
        name = heaviest(style or "") or self.styles[0]
        if name in self.style_instruments or name not in GENRES:
            return self.style_instruments.get(name, self.instrument)
        ensemble = GENRES[name].layers
        return next((layer.instrument for layer in ensemble if layer.generator == self.name), self.instrument)


_BUILT_IN = (
    GeneratorSpec("arpeggio", arpeggio.arpeggio, tuple(arpeggio.STYLES), "arp_pluck",
                  style_instruments={"sparse": "bell"}),
    GeneratorSpec("bass", bass.bass, tuple(bass.STYLES), "bass_deep",
                  style_instruments={"walking": "bass_pluck", "octave": "bass_pluck"}),
    GeneratorSpec("comping", comping.comping, tuple(comping.STYLES), "pad_glass"),
    GeneratorSpec("countermelody", countermelody.countermelody, tuple(countermelody.STYLES), "strings_slow"),
    GeneratorSpec("drone", drone.drone, tuple(drone.STYLES), "drone_dark"),
    GeneratorSpec("drums", drums.drums, tuple(strokes.STYLES), "kit_night", is_percussive=True,
                  style_instruments={"shaker": "kit_light", "taiko": "kit_taiko"}),
    GeneratorSpec("melody", melody.melody, tuple(melody.STYLES), "lead_soft"),
    GeneratorSpec("ostinato", ostinato.ostinato, tuple(ostinato.STYLES), "arp_pluck"),
    GeneratorSpec("pad", pad.pad, tuple(pad.STYLES), "pad_warm",
                  style_instruments={"swell": "strings_slow"}),
    GeneratorSpec("texture", texture.texture, tuple(texture.STYLES), "bell",
                  style_instruments={"breaths": "pad_glass"}),
)  # fmt: skip

BUILT_IN: Mapping[str, GeneratorSpec] = {
    spec.name: dataclasses.replace(spec, takes_genres=True, is_deterministic=True, is_quick=True)
    for spec in _BUILT_IN
}
"""The built-in generators by name; each has styles of its own, and the genres.

Presets use these names, so they do not change.
"""


def _no_bar(context: BarContext) -> WrittenBar:
    """An empty bar: what a MIDI file plays depends on the layer, see `conductor.layers.song_source`."""
    return WrittenBar(())


RESERVED: Mapping[str, GeneratorSpec] = {
    MIDI_FILE: GeneratorSpec(
        MIDI_FILE, _no_bar, ("as_written",), "piano_soft", is_deterministic=True, is_performed=True
    )
}
"""What a layer has in place of a generator, if it plays a MIDI file; presets do not name it."""


class Generators(Mapping[str, GeneratorSpec]):
    """All generators by name.

    Iterating gives every name and loads nothing.  Asking for a name that only an installed package offers
    loads it; the error says what is wrong if it cannot be loaded.
    """

    def __init__(self, built_in: Mapping[str, GeneratorSpec], registered: dict[str, GeneratorSpec]) -> None:
        self._built_in, self._registered = built_in, registered

    def __getitem__(self, name: str) -> GeneratorSpec:
        """Return a generator.

        Raises
        ------
        KeyError
            There is none of this name.
        InputError
            A package offers it and it cannot be loaded.
        """
        found = self._built_in.get(name) or self._registered.get(name) or RESERVED.get(name)
        if found is None and not NAME.fullmatch(name):
            raise KeyError(name)
        if found is None:
            found = self._load(name)
            self._registered.setdefault(name, found)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter({**self._built_in, **self._registered, **_offered()})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        known = name in self._built_in or name in self._registered or name in RESERVED
        return known or name in _offered()

    def _load(self, name: str) -> GeneratorSpec:
        entry = _offered().get(name)
        if entry is None:
            raise KeyError(name)
        try:
            loaded = entry.load()
        except Exception as error:
            why = one_line(f"{type(error).__name__}: {error}"[:200])
            message = f"the generator `{name}` cannot be loaded from {one_line(entry.value)}: {why}"
            raise InputError(message) from error
        if name in self._registered:  # loading its module has registered it
            return dataclasses.replace(self._registered[name], address=entry.value)
        if isinstance(loaded, GeneratorSpec):
            spec = dataclasses.replace(loaded, name=name, address=entry.value, is_quick=False)
        elif callable(loaded):
            spec = GeneratorSpec(name, loaded, ("plain",), "pad_warm", address=entry.value)
        else:
            message = f"the generator `{name}` cannot be used: {one_line(entry.value)} is no function"
            raise InputError(message)
        _require_sound(spec, self._built_in)
        return spec


def _offered() -> dict[str, EntryPoint]:
    """Entry points of installed packages by name; reads their metadata and loads nothing."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _require_sound(spec: GeneratorSpec, built_in: Mapping[str, GeneratorSpec]) -> None:
    name = spec.name
    if not isinstance(name, str) or not NAME.fullmatch(name):
        wrong = f"a generator's name consists of small letters, digits and _, got {one_line(repr(name)[:80])}"
    elif name in built_in or name in RESERVED:
        wrong = f"{name!r} is a built-in generator; choose another name"
    elif not callable(spec.function):
        got = one_line(repr(spec.function)[:80])
        wrong = f"generator {name!r} must be a function of a BarContext, got {got}"
    elif not spec.styles or not all(isinstance(style, str) and style for style in spec.styles):
        wrong = f"generator {name!r} needs styles: one or more names"
    else:
        wrong = _wrong_option(spec, built_in)
    if wrong:
        raise InputError(wrong)


def _wrong_option(spec: GeneratorSpec, built_in: Mapping[str, GeneratorSpec]) -> str:
    """What is wrong with how a generator is to be run; empty: nothing."""
    if not 0.0 < spec.limit_s <= LONGEST_LIMIT_S:
        return f"generator {spec.name!r}: limit_s must be above 0 and at most {LONGEST_LIMIT_S:g}"
    if not 0 < spec.memory_mb <= MOST_MEMORY_MB:
        return f"generator {spec.name!r}: memory_mb must be from 1 to {MOST_MEMORY_MB}"
    if not spec.stand_in:
        return ""
    if spec.stand_in not in built_in:
        return f"generator {spec.name!r}: stand_in must be one of {', '.join(built_in)}"
    if built_in[spec.stand_in].is_percussive != spec.is_percussive:
        return f"generator {spec.name!r}: {spec.stand_in} cannot stand in: only one of the two writes drums"
    return ""


_REGISTERED: dict[str, GeneratorSpec] = {}

GENERATORS: Mapping[str, GeneratorSpec] = Generators(BUILT_IN, _REGISTERED)
"""All generators by name."""


def register(spec: GeneratorSpec, *, replace: bool = False) -> None:
    """Add a generator, which presets that are loaded from now on may name.

    A function that another process can import runs in a process of its own.  One of the program that runs
    (``__main__``), or one within another function, runs in a thread.

    Parameters
    ----------
    spec : GeneratorSpec
        The generator; `address` may be left out.
    replace : bool
        Whether it replaces one that was registered under its name before.

    Raises
    ------
    InputError
        The name is taken or malformed, the function cannot be called, or an option is wrong.

    Examples
    --------
    >>> from adaptive.composer.context import WrittenBar
    >>> register(GeneratorSpec("rest", lambda context: WrittenBar(()), ("plain",), "pad_warm"))
    >>> GENERATORS["rest"].instrument
    'pad_warm'
    >>> unregister("rest")
    """
    _require_sound(spec, BUILT_IN)
    if spec.name in _REGISTERED and not replace:
        message = f"there is a generator {spec.name!r} already; pass replace=True to replace it"
        raise InputError(message)
    address = spec.address or address_of(spec.function)
    _REGISTERED[spec.name] = dataclasses.replace(spec, address=address, is_quick=False)


def unregister(name: str) -> None:
    """Remove a registered generator, if there is one of this name."""
    _REGISTERED.pop(name, None)


def address_of(function: object) -> str:
    """``module:attribute`` from which another process can import a function; empty if it cannot."""
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    if not module or module == "__main__" or not name or "<" in name:
        return ""
    return f"{module}:{name}"
