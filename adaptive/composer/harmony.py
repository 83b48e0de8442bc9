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
