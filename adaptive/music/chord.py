"""Chords, parsed from chord symbols: ``Am``, ``F/A``, ``Dm7``, ``G7sus4``, ``F#m7b5``.

Examples
--------
>>> chord = Chord.parse("Bbmaj7")
>>> " ".join(str(tone) for tone in chord.tones)
'Bb D F A'
>>> str(Chord.parse("F/A").bass)
'A'
>>> Chord.parse("N.C.").is_silent
True
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache

from adaptive.errors import InputError, quoted
from adaptive.music.pitch import TONE_PATTERN, Interval, Tone

QUALITIES: dict[str, tuple[str, ...]] = {
    "": ("1", "3", "5"),
    "m": ("1", "b3", "5"),
    "5": ("1", "5"),
    "dim": ("1", "b3", "b5"),
    "aug": ("1", "3", "#5"),
    "sus2": ("1", "2", "5"),
    "sus4": ("1", "4", "5"),
    "6": ("1", "3", "5", "6"),
    "m6": ("1", "b3", "5", "6"),
    "7": ("1", "3", "5", "b7"),
    "maj7": ("1", "3", "5", "7"),
    "m7": ("1", "b3", "5", "b7"),
    "mmaj7": ("1", "b3", "5", "7"),
    "m7b5": ("1", "b3", "b5", "b7"),
    "dim7": ("1", "b3", "b5", "bb7"),
    "aug7": ("1", "3", "#5", "b7"),
    "7b5": ("1", "3", "b5", "b7"),
    "7sus4": ("1", "4", "5", "b7"),
    "7sus2": ("1", "2", "5", "b7"),
    "add9": ("1", "3", "5", "9"),
    "madd9": ("1", "b3", "5", "9"),
    "add11": ("1", "3", "5", "11"),
    "69": ("1", "3", "5", "6", "9"),
    "m69": ("1", "b3", "5", "6", "9"),
    "9": ("1", "3", "5", "b7", "9"),
    "maj9": ("1", "3", "5", "7", "9"),
    "m9": ("1", "b3", "5", "b7", "9"),
    "9sus4": ("1", "4", "5", "b7", "9"),
    "7b9": ("1", "3", "5", "b7", "b9"),
    "7#9": ("1", "3", "5", "b7", "#9"),
    "maj7#11": ("1", "3", "5", "7", "#11"),
    "11": ("1", "5", "b7", "9", "11"),
    "m11": ("1", "b3", "5", "b7", "11"),
    "13": ("1", "3", "b7", "9", "13"),
    "maj13": ("1", "3", "7", "9", "13"),
}
"""Maps a chord quality to its intervals above the root, in chord-symbol notation."""

ALIASES = {"maj": "", "M": "", "min": "m", "-": "m", "M7": "maj7", "Δ": "maj7", "Δ7": "maj7",
           "min7": "m7", "-7": "m7", "mM7": "mmaj7", "mMaj7": "mmaj7", "ø": "m7b5", "ø7": "m7b5",
           "°": "dim", "o": "dim", "°7": "dim7", "o7": "dim7", "+": "aug", "+7": "aug7",
           "7#5": "aug7", "sus": "sus4", "7sus": "7sus4", "2": "add9", "M9": "maj9",
           "min9": "m9", "sus4add7": "7sus4", "no3": "5"}  # fmt: skip
"""Maps other spellings of a quality to a key of `QUALITIES`."""

NO_CHORD = "N.C."
"""The symbol of a rest of the harmony: pitched accompaniment is silent."""

_NO_CHORD = {"N.C.", "NC", "N.C", "n.c."}
_CHORD = re.compile(rf"({TONE_PATTERN})([^/]*)(?:/(.+))?")


@dataclass(frozen=True)
class Chord:
    """A chord.

    Parameters
    ----------
    root : Tone
        Root as spelled.
    quality : str
        A key of `QUALITIES`, or `NO_CHORD`.
    bass : Tone
        Lowest tone; the root unless the symbol has a slash.
    """

    root: Tone
    quality: str
    bass: Tone

    @classmethod
    def parse(cls, text: str) -> Chord:
        """Read a chord symbol.

        Raises
        ------
        InputError
            The root, the quality or the bass is unknown; the message names the nearest chord.
        """
        return _parse(text.strip())

    @property
    def is_silent(self) -> bool:
        """Whether it stands for no chord; it has no tones, and its root and bass mean nothing."""
        return self.quality == NO_CHORD

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """The chord's intervals above its root."""
        if self.is_silent:
            return ()
        return tuple(Interval.parse(text) for text in QUALITIES[self.quality])

    @cached_property
    def tones(self) -> tuple[Tone, ...]:
        """The chord's tones as spelled, the root first, without the bass of a slash chord."""
        return tuple(self.root.transposed(interval) for interval in self.intervals)

    @cached_property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes 0 … 11 of the tones and the bass."""
        if self.is_silent:
            return frozenset()
        return frozenset(tone.pitch_class for tone in (*self.tones, self.bass))

    @cached_property
    def essential(self) -> tuple[Tone, ...]:
        """Tones a voicing must contain: all, but chords of four or more tones may omit a perfect fifth."""
        if len(self.tones) < 4:
            return self.tones
        fifth = self.root.fifths + 1
        return tuple(tone for tone in self.tones if tone.fifths != fifth)

    def tone_of(self, midi: int) -> Tone | None:
        """Return the tone of the chord (or its bass) at a MIDI number; None if that is not a chord tone."""
        for tone in (*self.tones, self.bass):
            if tone.pitch_class == midi % 12:
                return tone
        return None

    def __str__(self) -> str:
        if self.is_silent:
            return NO_CHORD
        symbol = f"{self.root}{self.quality}"
        return symbol if self.bass == self.root else f"{symbol}/{self.bass}"


@lru_cache(maxsize=1024)
def _parse(text: str) -> Chord:
    if text in _NO_CHORD:
        return Chord(Tone(0), NO_CHORD, Tone(0))
    found = _CHORD.fullmatch(text)
    if found is None:
        raise InputError(f"{quoted(text)} is not a chord: begin with a root A to G, such as `Am` or `F/A`")
    root = Tone.parse(found[1])
    quality = ALIASES.get(found[2].strip(), found[2].strip())
    if quality not in QUALITIES:
        near = get_close_matches(quality[:40], [*filter(None, QUALITIES), *ALIASES], 1, 0.0)[0]
        fault = f"there is no quality {quoted(quality)}; the nearest is `{root}{near}`"
        raise InputError(f"{quoted(text)} is not a chord: {fault}")
    try:
        bass = Tone.parse(found[3]) if found[3] else root
    except InputError:
        fault = f"{quoted(found[3])} is no bass note; the nearest is `{root}{quality}`"
        raise InputError(f"{quoted(text)} is not a chord: {fault}") from None
    return Chord(root, quality, bass)
