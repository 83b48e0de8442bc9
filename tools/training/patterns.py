"""Trains the pattern network: which strokes people play in the next sixteenth."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned import pattern_features as features
from adaptive.composer.learned.drum_grid import BAR_STEPS, GHOST, KINDS, SNARE, STROKES, windows
from tools.training.groove import Take
from tools.training.network import Network, Rows, train

HIDDEN, EPOCHS = (128,), 12
COMBINATIONS = 160
"""Sets of simultaneous strokes that the network can choose; the rest is 0.3 % of all steps."""

WITHOUT_HISTORY, WITHOUT_CONDITION = 0.25, 0.15
"""Shares of rows that are not told the past, or one of the conditions."""

FILL_TOMS = 3
"""A bar of a longer take with so many strokes on toms more than usual in it is a fill."""

TOMS = [STROKES.index(name) for name in ("tom_high", "tom_mid", "tom_low")]
BITS = 1 << np.arange(KINDS)


@dataclass(frozen=True)
class PatternData:
    """Rows of all steps.

    Parameters
    ----------
    strokes : ndarray of uint8, shape (rows, STROKE_INPUTS)
        The past.
    places : ndarray of int, shape (rows,)
        Sixteenth of the bar.
    conditions : ndarray of float32
        As `features.condition` makes them.
    chosen : ndarray of int, shape (rows,)
        Index of the combination; -1: none of them.
    takes : ndarray of int, shape (rows,)
        Number of the take.
    """

    strokes: NDArray[np.uint8]
    places: NDArray[np.int64]
    conditions: Rows
    chosen: NDArray[np.int64]
    takes: NDArray[np.int64]


def combinations_of(takes: list[Take]) -> NDArray[np.int64]:
    """Return the commonest sets of simultaneous strokes as bits, silence first."""
    counts: Counter[int] = Counter()
    for take in takes:
        counts.update((take.grid @ BITS).tolist())
    common = [code for code, _ in counts.most_common(COMBINATIONS + 1) if code]
    return np.array([0, *sorted(common[: COMBINATIONS - 1])])


def data_of(takes: list[Take], combinations: NDArray[np.int64]) -> PatternData:
    """Return the rows of takes."""
    index = {int(code): number for number, code in enumerate(combinations)}
    strokes, places, conditions, chosen, numbers = [], [], [], [], []
    for number, take in enumerate(takes):
        strokes.append(windows(take.grid, features.OFFSETS))
        places.append(np.arange(len(take.grid)) % BAR_STEPS)
        for bar, wanted in enumerate(wanted_of(take)):
            conditions.append(np.tile(features.condition(wanted, bar), (BAR_STEPS, 1)))
        chosen.append(np.array([index.get(int(code), -1) for code in take.grid @ BITS]))
        numbers.append(np.full(len(take.grid), number))
    return PatternData(
        np.concatenate(strokes), np.concatenate(places), np.concatenate(conditions).astype(np.float32),
        np.concatenate(chosen), np.concatenate(numbers),
    )  # fmt: skip


def wanted_of(take: Take) -> list[features.Wanted]:
    """Return what each bar of a take could have been asked to be."""
    bars = take.grid.reshape(-1, BAR_STEPS, KINDS)
    toms = bars[:, :, TOMS].sum(axis=(1, 2))
    usual = float(np.median(toms))
    found = []
    for number, bar in enumerate(bars):
        full, ghosts = int(bar[:, SNARE].sum()), int(bar[:, GHOST].sum())
        beaten = bar[:, 0] | bar[:, SNARE] | bar[:, GHOST]
        is_fill = take.is_fill or (len(bars) >= 4 and toms[number] >= usual + FILL_TOMS)
        found.append(
            features.Wanted(
                take.style,
                float(bar.sum()),
                features.syncopation(beaten),
                ghosts / (full + ghosts) if full + ghosts else None,
                bool(is_fill),
                number == 0,
            )
        )
    return found


def train_patterns(
    takes: list[Take], combinations: NDArray[np.int64], seed: int, told: Callable[[int, float], None]
) -> Network:
    """Train the network on takes."""
    data = data_of(takes, combinations)
    network = Network((features.INPUTS, *HIDDEN, len(combinations)), seed)

    def rows_of(numbers: NDArray[np.int64], rng: np.random.Generator) -> Rows:
        rows = inputs(data, numbers)
        rows[rng.random(len(rows)) < WITHOUT_HISTORY, : features.STROKE_INPUTS] = 0
        forget_conditions(rows, rng)
        return rows

    def loss(outputs: Rows, numbers: NDArray[np.int64]) -> tuple[float, Rows]:
        chosen = data.chosen[numbers]
        there = chosen >= 0
        chances = _softmax(outputs)
        lost = -np.log(chances[np.arange(len(chosen)), np.maximum(chosen, 0)] + 1e-12)
        gradient = chances
        gradient[np.arange(len(chosen)), np.maximum(chosen, 0)] -= 1
        gradient[~there] = 0
        return float(lost[there].sum()), gradient

    train(network, rows_of, loss, len(data.places), EPOCHS, seed, told)
    return network


def inputs(data: PatternData, numbers: NDArray[np.int64]) -> Rows:
    """Return the inputs of these rows."""
    rows = np.zeros((len(numbers), features.INPUTS), np.float32)
    rows[:, : features.STROKE_INPUTS] = data.strokes[numbers]
    rows[np.arange(len(numbers)), features.STROKE_INPUTS + data.places[numbers]] = 1
    rows[:, features.STROKE_INPUTS + BAR_STEPS :] = data.conditions[numbers]
    return rows


def forget_conditions(rows: Rows, rng: np.random.Generator) -> None:
    """Leave out style, density, syncopation and ghosts at random, each in `WITHOUT_CONDITION` of the rows."""
    start = features.STROKE_INPUTS + BAR_STEPS + features.BARS_OF_FOUR + 2
    ends = [start, features.INPUTS - 6, features.INPUTS - 4, features.INPUTS - 2, features.INPUTS]
    for first, end in itertools.pairwise(ends):
        rows[rng.random(len(rows)) < WITHOUT_CONDITION, first:end] = 0


def _softmax(outputs: Rows) -> Rows:
    shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def nats_a_bar(outputs_of: Callable[[Rows], Rows], data: PatternData) -> float:
    """Return the mean cross entropy of a bar."""
    lost, count = 0.0, 0
    for start in range(0, len(data.places), 4096):
        numbers = np.arange(start, min(start + 4096, len(data.places)))
        outputs = outputs_of(inputs(data, numbers))
        chosen = data.chosen[numbers]
        there = chosen >= 0
        chances = _softmax(outputs)[np.arange(len(chosen)), np.maximum(chosen, 0)]
        lost -= float(np.log(chances[there] + 1e-12).sum())
        count += int(there.sum())
    return BAR_STEPS * lost / count
