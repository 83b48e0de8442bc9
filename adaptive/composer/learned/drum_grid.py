"""Drum parts as the learned networks see them: sixteenths of 4/4 by ten kinds of stroke.

A swung part is written straight: `adaptive.composer.swing` moves it when it is performed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.uint8]
"""Shape (steps, `KINDS`): 1 where a stroke is."""

STROKES = (
    "kick", "snare", "ghost", "hat", "hat_open", "ride", "crash", "tom_high", "tom_mid", "tom_low",
)  # fmt: skip
"""Kinds of stroke.  A ghost is a soft snare stroke."""

KINDS = len(STROKES)
SNARE, GHOST = STROKES.index("snare"), STROKES.index("ghost")

BAR_STEPS = 16
"""Sixteenths of a bar of 4/4: the networks know no other meter."""

STYLES = (
    "rock", "funk", "hiphop", "jazz", "latin", "afrocuban", "soul", "pop", "dance", "reggae", "punk",
    "country", "gospel", "neworleans", "afrobeat", "blues",
)  # fmt: skip
"""Styles that the networks can be asked for: those of the Groove MIDI Dataset of which there is enough."""

GHOST_VELOCITY = 45 / 127
"""Snare strokes of at most this velocity are ghosts."""


def one_hot(index: int, size: int) -> NDArray[np.float64]:
    """Return zeros with a one at `index`."""
    row = np.zeros(size)
    row[index] = 1.0
    return row


def windows(grid: NDArray[Any], offsets: tuple[int, ...]) -> NDArray[Any]:
    """Return, for every step of a grid, the strokes at `offsets` steps from it; none beyond its ends.

    Parameters
    ----------
    grid : ndarray, shape (steps, kinds)
        The strokes.
    offsets : tuple of int
        Negative ones lie in the past.

    Returns
    -------
    ndarray, shape (steps, kinds times the number of offsets)
    """
    before, after = max(0, -min(offsets)), max(0, max(offsets))
    padded = np.pad(grid, ((before, after), (0, 0)))
    steps = len(grid)
    return np.concatenate([padded[before + o : before + o + steps] for o in offsets], axis=1)
