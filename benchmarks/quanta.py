"""Measures each quantum of whole presets: how far the longest ones are from the usual ones.

A preset is rendered nine times in the same way, a quantum at a time, and of each quantum the shortest of its
nine times counts: what is left is the engine's own work, not that of other programs.
Before the first quantum another engine renders the same beginning, as a sound card's callback does before the
music (`adaptive.engine.rehearsal`).
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import numpy as np

from adaptive.engine.bank import Bank
from adaptive.engine.rehearsal import rehearsal_of
from adaptive.kernel.layout import CONTROL_STEP_QUANTA, QUANTUM
from adaptive.preset.load import load
from adaptive.session.performance import Performance, vocabulary

PRESETS = ("nightfall", "lanterns", "tidepool", "stillwater", "stride")
SECONDS, RUNS, RATE = 30.0, 9, 48_000

BLOCK_FRAMES = 128
"""Of a sound card: as much as `play` asks for, and as much of the beginning as is rehearsed."""


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield a row for each preset."""
    for name in PRESETS:
        yield {"what": name, **spread(name)}


def spread(name: str, seconds: float = SECONDS) -> dict[str, object]:
    """Return the median of a preset's quanta in microseconds, and what the longest are of it."""
    preset, bank = load(name, vocabulary=vocabulary()), Bank(RATE)
    least = np.min([_times_us(Performance(preset, 1, RATE, 2, bank), seconds) for _ in range(RUNS)], axis=0)
    median, worst = float(np.median(least)), float(least.max())
    return {
        "median_us": round(median, 2),
        "p99.9_to_median": round(float(np.quantile(least, 0.999)) / median, 2),
        "worst_us": round(worst, 1),
        "worst_percent_of_a_quantum": round(100.0 * worst * 1e-6 * RATE / QUANTUM, 1),
    }


def _times_us(performance: Performance, seconds: float) -> np.ndarray:
    """Times of the quanta of a performance, from its beginning."""
    performance.begin()
    rehearsal = rehearsal_of(performance.engine)
    pull, clock = performance.engine.pull, time.perf_counter_ns
    times = np.zeros(round(seconds * RATE / QUANTUM / CONTROL_STEP_QUANTA) * CONTROL_STEP_QUANTA)
    gc.collect()
    gc.disable()
    rehearsal.pull(BLOCK_FRAMES)
    try:
        for number in range(times.size):
            began = clock()
            pull(QUANTUM)
            times[number] = clock() - began
            if number % CONTROL_STEP_QUANTA == CONTROL_STEP_QUANTA - 1:
                performance.engine.drain_replies()
                performance.step()
    finally:
        gc.enable()
    return times / 1000.0
