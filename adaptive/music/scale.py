"""Keys: a tonic and a mode, and the spelling of pitches in a key.

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
"""Maps a mode to the intervals of its degrees above the tonic."""

ALIASES = {"": "major", "maj": "major", "ionian": "major", "m": "minor", "min": "minor",
           "aeolian": "minor", "natural minor": "minor"}  # fmt: skip
"""Maps other names of a mode to a key of `MODES`."""

# Distance from the tonic to the middle of the key signature on the line of fifths; -1 for other modes.
_CENTRES = {"major": 2, "lydian": 3, "mixolydian": 1, "dorian": 0, "melodic minor": 0,
            "phrygian": -2, "locrian": -3}  # fmt: skip
_CENTRE_OF_MINOR = -1

# Sharps of the key signature minus the tonic's position on the line of fifths; -3 for other modes (minor).
_SHARPS = {"major": 0, "lydian": 1, "mixolydian": -1, "dorian": -2, "phrygian": -4, "locrian": -5}


def has_mode(text: str) -> bool:
    """Whether a key is written with its mode: ``"D dorian"`` and ``"Dm"`` are, ``"D"`` is not."""
    found = _KEY.fullmatch(text.strip())
    return found is not None and bool(found[2].strip())


_KEY = re.compile(rf"({TONE_PATTERN})\s*[-_ ]?\s*(.*)")


@dataclass(frozen=True)
class Key:
    """A tonic and one of `MODES`."""

    tonic: Tone
    mode: str = "major"

    @classmethod
    def parse(cls, text: str) -> Key:
        """Parse a name such as ``"A minor"``, ``"C# dorian"``, ``"Bb"`` or ``"F#m"``.

        Raises
        ------
        InputError
            The tonic or the mode is unknown; the message names the nearest mode.
        """
        return _parse(text.strip())

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """Intervals of the seven degrees above the tonic."""
        return tuple(Interval.parse(text) for text in MODES[self.mode])

    @cached_property
    def tones(self) -> tuple[Tone, ...]:
        """The seven tones of the scale as spelled, from the tonic."""
        return tuple(self.tonic.transposed(interval) for interval in self.intervals)

    @cached_property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes 0 … 11 of the scale."""
        return frozenset(tone.pitch_class for tone in self.tones)

    @property
    def is_minor(self) -> bool:
        """Whether the third of the scale is minor."""
        return "b3" in MODES[self.mode]

    @property
    def sharps(self) -> int:
        """Sharps (positive) or flats (negative) of the key signature; all minor scales share one."""
        return self.tonic.fifths + _SHARPS.get(self.mode, -3)

    def degree(self, number: int) -> Tone:
        """Return the tone of a scale degree; 1 and 8 are the tonic."""
        return self.tones[(number - 1) % 7]

    def spell(self, midi: int) -> Pitch:
        """Spell a MIDI number as notation in this key would."""
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
