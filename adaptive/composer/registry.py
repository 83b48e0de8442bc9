"""The generators by name: the built-in ones, and those that a program has registered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from adaptive.composer import arpeggio, bass, drums, melody, pad, strokes
from adaptive.composer.context import Generator
from adaptive.errors import InputError


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """A generator, its styles and its default instruments.

    Parameters
    ----------
    name : str
        Name in presets.
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
    """

    name: str
    function: Generator
    styles: tuple[str, ...]
    instrument: str
    is_percussive: bool = False
    style_instruments: Mapping[str, str] = field(default_factory=dict)

    def instrument_for(self, style: str | None) -> str:
        """Return the default instrument of a style; None means the first style."""
        return self.style_instruments.get(style or self.styles[0], self.instrument)


_ALL = (
    GeneratorSpec("arpeggio", arpeggio.arpeggio, tuple(arpeggio.STYLES), "arp_pluck",
                  style_instruments={"sparse": "bell"}),
    GeneratorSpec("bass", bass.bass, tuple(bass.STYLES), "bass_deep",
                  style_instruments={"walking": "bass_pluck", "octave": "bass_pluck"}),
    GeneratorSpec("drums", drums.drums, tuple(strokes.STYLES), "kit_night", is_percussive=True,
                  style_instruments={"shaker": "kit_light", "taiko": "kit_taiko"}),
    GeneratorSpec("melody", melody.melody, tuple(melody.STYLES), "lead_soft"),
    GeneratorSpec("pad", pad.pad, tuple(pad.STYLES), "pad_warm",
                  style_instruments={"swell": "strings_slow"}),
)  # fmt: skip

_REGISTERED: dict[str, GeneratorSpec] = {spec.name: spec for spec in _ALL}

GENERATORS: Mapping[str, GeneratorSpec] = _REGISTERED
"""All generators by name.  Presets use these names, so those of the built-in ones do not change."""

BUILT_IN = frozenset(_REGISTERED)
"""Names that no other generator can take."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def register(spec: GeneratorSpec, *, replace: bool = False) -> None:
    """Add a generator, which presets that are loaded from now on may name.

    Parameters
    ----------
    spec : GeneratorSpec
        The generator.
    replace : bool
        Whether it replaces one that was registered under its name before.

    Raises
    ------
    InputError
        The name is taken or malformed, the function cannot be called, or there are no styles.
    """
    if not isinstance(spec.name, str) or not _NAME.fullmatch(spec.name):
        message = f"a generator's name consists of small letters, digits and _, got {spec.name!r}"
        raise InputError(message)
    if spec.name in BUILT_IN:
        message = f"{spec.name!r} is a built-in generator; choose another name"
        raise InputError(message)
    if spec.name in _REGISTERED and not replace:
        message = f"there is a generator {spec.name!r} already; pass replace=True to replace it"
        raise InputError(message)
    if not callable(spec.function):
        message = f"generator {spec.name!r} must be a function of a BarContext, got {spec.function!r}"
        raise InputError(message)
    if not spec.styles or not all(isinstance(style, str) and style for style in spec.styles):
        message = f"generator {spec.name!r} needs styles: one or more names"
        raise InputError(message)
    _REGISTERED[spec.name] = spec
