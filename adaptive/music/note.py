"""A note as it is written, and beside it how it is played."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Note:
    """A note of one bar.

    Parameters
    ----------
    onset, duration : Fraction
        As written: beats of the meter's denominator, exact, from the start of the bar.
    pitch : str
        As spelled: ``"C#4"``, ``"Eb2"``; for drums the name of the piece, ``"kick"``.
    midi : int
        The pitch as a MIDI number; for drums that of General MIDI's percussion map.
    velocity : float
        0 … 1, as performed.
    offset_beats : float
        How far the performance leads (negative) or lags the written onset.
    """

    onset: Fraction
    duration: Fraction
    pitch: str
    midi: int
    velocity: float
    offset_beats: float = 0.0
