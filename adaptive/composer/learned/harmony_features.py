"""What the network of harmony is told of the chords after the one that it chooses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEEN = 3
"""Chords after it that are told."""

TO_CLOSE, FROM_START, LENGTHS, LEVELS = 8, 5, 3, 4
CLOSES = ("half", "open", "authentic")
CONDITIONS = TO_CLOSE + FROM_START + len(CLOSES) + LENGTHS + LEVELS + 1


@dataclass(frozen=True, slots=True)
class PhrasePlace:
    """Where in a phrase a chord stands.

    Parameters
    ----------
    to_close : int
        Chords to the closing one, from 1.
    from_start : int
        Chords of the phrase before it.
    close : str
        ``"half"``, ``"open"`` or ``"authentic"``.
    length : int
        0: as long as a beat of a chorale, where chords change fastest; 1: twice that; 2: longer.
    chromatic : int
        Level 0 to 3 of chords outside the key in the phrase.
    is_minor : bool
        Whether the key is minor.
    """

    to_close: int
    from_start: int
    close: str
    length: int
    chromatic: int
    is_minor: bool


def inputs(count: int) -> int:
    """Return the number of inputs of a network that knows `count` chords."""
    return SEEN * (count + 1) + CONDITIONS


def later_inputs(later: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Return the inputs of the numbers of the chords after it, the next one first, a row for each of `later`.

    Where there are fewer than `SEEN`, the number is `count`.
    """
    rows = np.zeros((len(later), SEEN * (count + 1)))
    known = min(SEEN, later.shape[1])
    each = np.arange(len(later))
    for place in range(SEEN):
        rows[each, place * (count + 1) + (later[:, place] if place < known else count)] = 1
    return rows


def place_inputs(place: PhrasePlace) -> NDArray[np.float64]:
    """Return the inputs of a place, shape (`CONDITIONS`,)."""
    row, at = np.zeros(CONDITIONS), 0
    for number, size in (
        (place.to_close - 1, TO_CLOSE), (place.from_start, FROM_START),
        (CLOSES.index(place.close), len(CLOSES)), (place.length, LENGTHS), (place.chromatic, LEVELS),
    ):  # fmt: skip
        row[at + min(number, size - 1)] = 1
        at += size
    row[at] = place.is_minor
    return row
