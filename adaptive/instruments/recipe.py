"""How a piece of a kit is synthesised, and its level and position in the kit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adaptive.instruments.synthesis import OfflineSynth, Signal


@dataclass(frozen=True, slots=True)
class Recipe:
    """A function that synthesises a sound, with its place in the mix of the kit.

    Parameters
    ----------
    make : callable
        Function of an `OfflineSynth` that returns samples, shape (frames,) or (2, frames).
    gain : float
        Linear gain in the balance of the kit.
    pan : float
        -1 (left) … 1 (right), from the audience's point of view.
    choke : str or None
        Choke group: pieces of one group cut each other off.
    peak_db : float
        Peak level of the audio in dBFS, at most -1.
    """

    make: Callable[[OfflineSynth], Signal]
    gain: float = 1.0
    pan: float = 0.0
    choke: str | None = None
    peak_db: float = -3.0
