"""Keys: a tonic and a mode.

Examples
--------
>>> key = Key.parse("F# minor")
>>> " ".join(str(tone) for tone in key.tones)
'F# G# A B C# D E'
>>> str(key.spell(61))
'C#4'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache

from adaptive.errors import InputError, quoted
from adaptive.music.pitch import TONE_PATTERN, Interval, Pitch, Tone, spell

MODES: dict[str, tuple[str, ...]] = {
    "major": ("1", "2", "3", "4", "5", "6", "7"),
    "minor": ("1", "2", "b3", "4", "5", "b6", "b7"),
    "harmonic minor": ("1", "2", "b3", "4", "5", "b6", "7"),
    "melodic minor": ("1", "2", "b3", "4", "5", "6", "7"),
    "dorian": ("1", "2", "b3", "4", "5", "6", "b7"),
    "phrygian": ("1", "b2", "b3", "4", "5", "b6", "b7"),
    "lydian": ("1", "2", "3", "#4", "5", "6", "7"),
    "mixolydian": ("1", "2", "3", "4", "5", "6", "b7"),
    "locrian": ("1", "b2", "b3", "4", "b5", "b6", "b7"),
}
"""Degrees of each mode, above its tonic."""

ALIASES = {"": "major", "maj": "major", "ionian": "major", "m": "minor", "min": "minor",
           "aeolian": "minor", "natural minor": "minor"}  # fmt: skip

# Where the middle of the key signature lies from the tonic, on the line of fifths.
_CENTRES = {"major": 2, "lydian": 3, "mixolydian": 1, "dorian": 0, "melodic minor": 0,
            "phrygian": -2, "locrian": -3}  # fmt: skip
_CENTRE_OF_MINOR = -1

# Sharps of the key signature, more than the tonic's place on the line of fifths; a minor's are -3.
_SHARPS = {"major": 0, "lydian": 1, "mixolydian": -1, "dorian": -2, "phrygian": -4, "locrian": -5}

_KEY = re.compile(rf"({TONE_PATTERN})\s*[-_ ]?\s*(.*)")


@dataclass(frozen=True)
class Key:
    """A tonic and one of `MODES`."""

    tonic: Tone
    mode: str = "major"

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a name such as ``"A minor"``, ``"C# dorian"``, ``"Bb"`` or ``"F#m"``.

        Raises
        ------
        InputError
            The tonic or the mode is unknown; the message names the nearest mode.
        """
        return _parse(text.strip())

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """Seven intervals above the tonic."""
        return tuple(Interval.parse(text) for text in MODES[self.mode])

    @cached_property
    def tones(self) -> tuple[Tone, ...]:
        """The scale as spelled, from the tonic."""
        return tuple(self.tonic.transposed(interval) for interval in self.intervals)

    @cached_property
    def pitch_classes(self) -> frozenset[int]:
        """The scale on the keyboard."""
        return frozenset(tone.pitch_class for tone in self.tones)

    @property
    def is_minor(self) -> bool:
        """Whether its third is minor."""
        return "b3" in MODES[self.mode]

    @property
    def sharps(self) -> int:
        """Sharps (positive) or flats of the key signature; harmonic and melodic minor have the minor's."""
        return self.tonic.fifths + _SHARPS.get(self.mode, -3)

    def degree(self, number: int) -> Tone:
        """Return the tone of a scale degree, 1 being the tonic and 8 the tonic again."""
        return self.tones[(number - 1) % 7]

    def spell(self, midi: int) -> Pitch:
        """Name a MIDI number as a player in this key would read it."""
        for tone in self.tones:
            if tone.pitch_class == midi % 12:
                return tone.nearest(midi)
        return spell(midi, self.tonic.fifths + _CENTRES.get(self.mode, _CENTRE_OF_MINOR))

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"


@lru_cache(maxsize=512)
def _parse(text: str) -> Key:
    found = _KEY.fullmatch(text)
    if found is None:
        raise InputError(f"{quoted(text)} is not a key: write a note name and a mode, such as `A minor`")
    mode = found[2].strip()
    mode = "major" if mode == "M" else " ".join(mode.lower().replace("_", " ").split())
    mode = ALIASES.get(mode, mode)
    if mode not in MODES:
        near = get_close_matches(mode[:40], [*MODES, *filter(None, ALIASES)], 1, 0.0)[0]
        fault = f"there is no mode {quoted(found[2])}; the nearest is `{Tone.parse(found[1])} {near}`"
        raise InputError(f"{quoted(text)} is not a key: {fault}")
    return Key(Tone.parse(found[1]), mode)
