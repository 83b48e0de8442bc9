"""A note as written, together with how it is performed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Note:
    """A note of one bar.

    Parameters
    ----------
    onset, duration : Fraction
        As written, exact, in beats of the meter's denominator; `onset` counts from the start of the bar.
    pitch : str
        As spelled, such as ``"C#4"`` or ``"Eb2"``; for drums the name of the piece, such as ``"kick"``.
    midi : int
        MIDI number; for drums that of the General MIDI percussion map.
    velocity : float
        0 … 1, as performed.
    offset_beats : float
        Offset of the performance from the written onset; negative is early.
    """

    onset: Fraction
    duration: Fraction
    pitch: str
    midi: int
    velocity: float
    offset_beats: float = 0.0
