"""Peaks between samples: a signal at four times its rate, without keeping it.

Sixteen taps of a windowed sinc for each of the three places between two samples; the sample itself is the
fourth.  Four times the rate is what ITU-R BS.1770-5, annex 2, asks for.
"""

from __future__ import annotations

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import ZERO
from adaptive.kernel.layout import QUANTUM

TAPS = 16
PLACES = 3
AHEAD = TAPS // 2
"""Frames that must be known after a sample to find the peak between it and the next."""

TABLE_FLOATS = TAPS * PLACES
KAISER_BETA = 5.0
Q = np.int64(QUANTUM)
T = np.int64(TAPS)
FLOAT = np.int64(4)

HISTORY_FLOATS = TAPS + QUANTUM
"""Floats of one channel's history and its quantum."""


def peak_table() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The taps of the places ¼, ½ and ¾ after a sample, one place after the other; each sums to one."""
    distance = np.arange(TAPS)[None, :] - (AHEAD - 1) - np.array([[0.25], [0.5], [0.75]])
    window = np.i0(KAISER_BETA * np.sqrt(1.0 - (distance / AHEAD) ** 2 * (1.0 - 1e-9)))
    table = np.sinc(distance) * window
    table /= table.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(table.ravel(), np.float32)


@rtsafe
def raise_to_peaks(history: int, row: int, table: int, work: int, peaks: int) -> None:
    """Raise 64 numbers to the peaks of a channel: number i to that from sample ``i - 8`` to the next one.

    Parameters
    ----------
    history : int64
        Address of `HISTORY_FLOATS` of the channel; they move on by a quantum.
    row, table, work, peaks : int64
        Addresses of the quantum, of the taps, of a row to work in, and of the numbers.
    """
    data = carray(pointer(history), T + Q, np.float32)
    new, out = carray(pointer(row), Q, np.float32), carray(pointer(peaks), Q, np.float32)
    weights = carray(pointer(table), np.int64(TABLE_FLOATS), np.float32)
    between = carray(pointer(work), Q, np.float32)
    for i in range(T):
        data[i] = data[i + Q]
    for i in range(Q):
        data[T + i] = new[i]
        out[i] = max(out[i], abs(data[i + np.int64(AHEAD)]))
    for place in range(np.int64(PLACES)):
        for i in range(Q):
            between[i] = ZERO
        for tap in range(T):
            weight = weights[place * T + tap]
            for i in range(Q):
                between[i] += weight * data[i + tap + np.int64(1)]
        for i in range(Q):
            out[i] = max(out[i], abs(between[i]))
