"""The harmony of a bar, which all layers share."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from adaptive.music.chord import Chord
from adaptive.music.scale import Key


@dataclass(frozen=True, slots=True)
class Harmony:
    """The harmony of a bar: the key, the chords, and the first chord of the next bar.

    Parameters
    ----------
    key : Key
        Tonic and mode.
    chords : tuple of (Fraction, Chord)
        Onset in beats from the start of the bar, and chord; the first onset is 0.
    next_chord : Chord
        First chord of the next bar.
    """

    key: Key
    chords: tuple[tuple[Fraction, Chord], ...]
    next_chord: Chord

    def chord_at(self, beat: Fraction) -> Chord:
        """The chord that sounds at a beat of the bar, counted from 0.

        Examples
        --------
        >>> c, f = Chord.parse("C"), Chord.parse("F")
        >>> harmony = Harmony(Key.parse("C major"), ((Fraction(0), c), (Fraction(2), f)), c)
        >>> str(harmony.chord_at(Fraction(3, 2))), str(harmony.chord_at(Fraction(2)))
        ('C', 'F')
        """
        return next(chord for onset, chord in reversed(self.chords) if onset <= beat)
