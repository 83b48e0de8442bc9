"""Meters: energy and peak of a quantum, in four interleaved sums so that no addition waits for the last."""

from __future__ import annotations

import numpy as np
from numba import carray

from adaptive.kernel.jit import pointer, rtsafe
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.maths import ZERO

QUARTER = QUANTUM // 4


@rtsafe
def energy(address: int) -> float:
    """Sum of squares of a quantum; not finite if a sample is not."""
    row = carray(pointer(address), (QUARTER, 4), np.float32)
    a, b, c, d = ZERO, ZERO, ZERO, ZERO
    for i in range(QUARTER):
        a += row[i, 0] * row[i, 0]
        b += row[i, 1] * row[i, 1]
        c += row[i, 2] * row[i, 2]
        d += row[i, 3] * row[i, 3]
    return (a + b) + (c + d)


@rtsafe
def peak_of(address: int) -> float:
    """Largest magnitude of a quantum."""
    row = carray(pointer(address), (QUARTER, 4), np.float32)
    a, b, c, d = ZERO, ZERO, ZERO, ZERO
    for i in range(QUARTER):
        a = max(a, abs(row[i, 0]))
        b = max(b, abs(row[i, 1]))
        c = max(c, abs(row[i, 2]))
        d = max(d, abs(row[i, 3]))
    return max(max(a, b), max(c, d))
