"""Trains the feel network: how late and how loud people play the strokes of a pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned import feel_features as features
from adaptive.composer.learned.drum_grid import BAR_STEPS, GHOST, KINDS, SNARE, STYLES
from tools.training.groove import Take
from tools.training.network import Network, Rows, train

HIDDEN, EPOCHS = (96, 48), 14
MOST_LATE_MS = 60.0
"""A stroke farther from its sixteenth is a wrong reading of the rhythm, and is left out."""

WITHOUT_GHOSTS, WITHOUT_STYLE = 0.5, 0.15
"""Shares of rows that are not told which strokes are ghosts, or which style is played."""


@dataclass(frozen=True)
class FeelData:
    """Rows of all steps that have a stroke.

    Parameters
    ----------
    inputs : ndarray of float32, shape (rows, INPUTS)
        As `features.rows` makes them.
    late, loud : ndarray of float32, shape (rows, KINDS)
        Targets in units of the outputs, without the take's own lag; NaN where there is no stroke.
    lag_ms : ndarray of float, shape (rows,)
        The lag of the take.
    """

    inputs: Rows
    late: Rows
    loud: Rows
    lag_ms: NDArray[np.float64]


def data_of(takes: list[Take]) -> FeelData:
    """Return the rows of takes."""
    inputs, late, loud, lags = [], [], [], []
    for take in takes:
        used = np.abs(take.deviation_ms) <= MOST_LATE_MS
        if not used.any():
            continue
        lag = float(np.median(take.deviation_ms[used]))
        rows = features.rows(take.grid, take.style, take.offbeat, take.tempo_bpm)
        keep = used.any(axis=1)
        inputs.append(rows[keep])
        late.append(np.where(used, take.deviation_ms - lag, np.nan)[keep] / features.TIME_UNIT_MS)
        loud.append(np.where(used, take.velocity, np.nan)[keep] / features.VELOCITY_UNIT)
        lags.append(np.full(int(keep.sum()), lag))
    return FeelData(
        np.concatenate(inputs).astype(np.float32), np.concatenate(late).astype(np.float32),
        np.concatenate(loud).astype(np.float32), np.concatenate(lags),
    )  # fmt: skip


def train_feel(takes: list[Take], seed: int, told: Callable[[int, float], None]) -> Network:
    """Train the network on takes."""
    data = data_of(takes)
    network = Network((features.INPUTS, *HIDDEN, features.OUTPUTS), seed)
    network.weights[-1][2 * KINDS : 3 * KINDS] = 2.0  # velocities are around 64

    merged = np.zeros(len(data.inputs), bool)

    def rows_of(numbers: NDArray[np.int64], rng: np.random.Generator) -> Rows:
        rows = data.inputs[numbers]
        merged[numbers] = rng.random(len(numbers)) < WITHOUT_GHOSTS
        plain = rows[merged[numbers]]
        features.without_ghosts(plain)
        rows[merged[numbers]] = plain
        silent = rng.random(len(numbers)) < WITHOUT_STYLE
        start = features.STROKE_INPUTS + BAR_STEPS
        rows[np.ix_(silent, np.arange(start, start + len(STYLES)))] = 0
        return rows

    def loss(outputs: Rows, numbers: NDArray[np.int64]) -> tuple[float, Rows]:
        late, loud = data.late[numbers], data.loud[numbers]
        for target in (late, loud):
            as_snare = merged[numbers] & ~np.isnan(target[:, GHOST])
            target[as_snare, SNARE] = target[as_snare, GHOST]
            target[as_snare, GHOST] = np.nan
        gradient = np.zeros_like(outputs)
        lost = _laplace(outputs, gradient, late, 0) + _laplace(outputs, gradient, loud, 2 * KINDS)
        return lost, gradient

    train(network, rows_of, loss, len(data.inputs), EPOCHS, seed, told)
    return network


def _laplace(outputs: Rows, gradient: Rows, target: Rows, at: int) -> float:
    """Add the gradients of a Laplace density whose median and log scale stand at `at` of the outputs."""
    middle, log_scale = outputs[:, at : at + KINDS], np.clip(outputs[:, at + KINDS : at + 2 * KINDS], -4, 3)
    there = ~np.isnan(target)
    off = np.where(there, target - middle, 0)
    scale = np.exp(log_scale)
    gradient[:, at : at + KINDS] = np.where(there, -np.sign(off) / scale, 0)
    gradient[:, at + KINDS : at + 2 * KINDS] = np.where(there, 1 - np.abs(off) / scale, 0)
    return float(np.where(there, np.abs(off) / scale + log_scale, 0).sum())


def figures(outputs_of: Callable[[Rows], Rows], takes: list[Take], usual_lag_ms: float) -> dict[str, float]:
    """Return mean absolute errors on takes, in ms and of 127, beside those of quantised notes."""
    data = data_of(takes)
    inputs = data.inputs.copy()
    features.without_ghosts(inputs)
    outputs = outputs_of(inputs)
    late, loud = data.late.copy(), data.loud.copy()
    for target in (late, loud):
        ghosts = ~np.isnan(target[:, GHOST])
        target[ghosts, SNARE] = target[ghosts, GHOST]
        target[:, GHOST] = np.nan
    there = ~np.isnan(late)
    lag = np.broadcast_to(data.lag_ms[:, None], late.shape)[there]
    real = late[there] * features.TIME_UNIT_MS
    said = outputs[:, :KINDS][there] * features.TIME_UNIT_MS
    loudness = loud[there] * features.VELOCITY_UNIT
    return {
        "timing_ms": float(np.abs(real + lag - said - usual_lag_ms).mean()),
        "timing_quantised_ms": float(np.abs(real + lag).mean()),
        "timing_without_lag_ms": float(np.abs(real - said).mean()),
        "timing_without_lag_quantised_ms": float(np.abs(real).mean()),
        "velocity": float(
            np.abs(loudness - outputs[:, 2 * KINDS : 3 * KINDS][there] * features.VELOCITY_UNIT).mean()
        ),
        "velocity_median": float(np.abs(loudness - np.median(loudness)).mean()),
    }
