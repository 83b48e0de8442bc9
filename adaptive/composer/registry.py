"""The generators there are, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adaptive.composer import arpeggio, bass, drums, melody, pad, strokes
from adaptive.composer.context import Generator


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """A generator and what a preset may say of it.

    Parameters
    ----------
    name : str
        As presets call it.
    function : Generator
        The function that writes a bar.
    styles : tuple of str
        The first is the default.
    instrument : str
        What plays it where the preset names nothing.
    is_percussive : bool
        Whether its notes are pieces of a kit.
    style_instruments : Mapping
        Styles that another instrument suits better.
    """

    name: str
    function: Generator
    styles: tuple[str, ...]
    instrument: str
    is_percussive: bool = False
    style_instruments: Mapping[str, str] = field(default_factory=dict)

    def instrument_for(self, style: str | None) -> str:
        """Return the instrument that suits a style."""
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

GENERATORS: Mapping[str, GeneratorSpec] = {spec.name: spec for spec in _ALL}
"""All generators; the names are public."""
