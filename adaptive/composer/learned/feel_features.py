"""What the feel network is told about the strokes of one sixteenth."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned.drum_grid import BAR_STEPS, GHOST, KINDS, SNARE, STYLES, windows

OFFSETS = tuple(range(-16, 17))
"""Steps around the one that is played: a bar before it and a bar after it."""

STROKE_INPUTS = len(OFFSETS) * KINDS
INPUTS = STROKE_INPUTS + BAR_STEPS + len(STYLES) + 2
OUTPUTS = 4 * KINDS
"""Of each kind: how late it is, the spread of that, velocity, the spread of that; see `FeelNetwork`."""

TIME_UNIT_MS, VELOCITY_UNIT = 10.0, 32.0
"""Milliseconds, and velocities (of 127), that an output of 1 stands for."""

USUAL_TEMPO_BPM = 110.0


def rows(grid: NDArray[Any], style: int | None, offbeat: float, tempo_bpm: float) -> NDArray[np.float32]:
    """Return the inputs of every step of a grid, shape (steps, `INPUTS`).

    Parameters
    ----------
    grid : ndarray, shape (steps, KINDS)
        Strokes, from the start of a bar.
    style : int or None
        Index into `STYLES`; None: none is said.
    offbeat : float
        Where the second eighth of a beat lies, 0.5 (straight) to 0.8.
    tempo_bpm : float
        Quarter notes a minute.
    """
    steps = len(grid)
    out = np.zeros((steps, INPUTS), np.float32)
    out[:, :STROKE_INPUTS] = windows(grid, OFFSETS)
    out[np.arange(steps), STROKE_INPUTS + np.arange(steps) % BAR_STEPS] = 1.0
    if style is not None:
        out[:, STROKE_INPUTS + BAR_STEPS + style] = 1.0
    out[:, -2] = 6.0 * (offbeat - 0.5)
    out[:, -1] = min(2.0, tempo_bpm / USUAL_TEMPO_BPM) - 1.0
    return out


def without_ghosts(inputs: NDArray[Any]) -> None:
    """Say in these rows that every soft snare stroke is a snare stroke."""
    strokes = inputs[:, :STROKE_INPUTS].reshape(len(inputs), len(OFFSETS), KINDS)
    strokes[:, :, SNARE] = np.maximum(strokes[:, :, SNARE], strokes[:, :, GHOST])
    strokes[:, :, GHOST] = 0
