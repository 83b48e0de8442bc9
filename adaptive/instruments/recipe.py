"""How a piece of a kit is made and where it stands in the balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adaptive.instruments.synthesis import Bench, Signal


@dataclass(frozen=True, slots=True)
class Recipe:
    """A function that makes the sound, and what belongs to it.

    Parameters
    ----------
    make : callable
        From a bench to frames, or to two channels of frames.
    gain : float
        Linear, in the balance of the kit.
    pan : float
        -1 … 1, as the audience sees the kit.
    choke : str or None
        Group of pieces that cut each other off.
    peak_db : float
        Peak of the audio, at most -1 dBFS.
    """

    make: Callable[[Bench], Signal]
    gain: float = 1.0
    pan: float = 0.0
    choke: str | None = None
    peak_db: float = -3.0
