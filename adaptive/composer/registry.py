"""The built-in generators by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
from adaptive.composer.context import Generator


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

GENERATORS: Mapping[str, GeneratorSpec] = {spec.name: spec for spec in _ALL}
"""All generators by name.  Presets use these names, so they do not change."""
