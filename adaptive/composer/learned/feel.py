"""Asks the feel network how people would play the strokes of a pattern."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned import feel_features as features
from adaptive.composer.learned.drum_grid import BAR_STEPS, KINDS, Grid
from adaptive.composer.learned.weights import DrumNetworks


def played(
    networks: DrumNetworks, bars: Grid, style: int | None, offbeat: float, tempo_bpm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how late each stroke of the middle of three bars is, and how loud.

    Parameters
    ----------
    networks : DrumNetworks
        The networks.
    bars : ndarray of uint8, shape (48, KINDS)
        The bar before, the bar, and the bar after.
    style : int or None
        Index into `STYLES`.
    offbeat : float
        Where the second eighth of a beat lies, 0.5 to 0.8.
    tempo_bpm : float
        Quarter notes a minute.

    Returns
    -------
    late_ms, velocity : ndarray, shape (16, KINDS)
        Medians of what people play: milliseconds, and velocity of 0 to 1; zeros where there is no stroke.
    """
    # whole numbers of the inputs' grid, so that a tempo gives the same on every machine
    rows = features.rows(bars, style, round(offbeat * 64) / 64, round(tempo_bpm))[BAR_STEPS : 2 * BAR_STEPS]
    there = bars[BAR_STEPS : 2 * BAR_STEPS].astype(bool)
    late, loud = np.zeros(there.shape), np.zeros(there.shape)
    used = there.any(axis=1)
    if used.any():
        outputs = networks.feel(rows[used].astype(np.float64))
        late[used] = outputs[:, :KINDS] * features.TIME_UNIT_MS
        loud[used] = outputs[:, 2 * KINDS : 3 * KINDS] * features.VELOCITY_UNIT / 127.0
    return np.where(there, late, 0.0), np.where(there, np.clip(loud, 0.08, 1.0), 0.0)
