"""Copies and blends rows of audio by their addresses."""

from __future__ import annotations

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32
from adaptive.kernel.layout import QUANTUM

Q = np.int64(QUANTUM)


@rtsafe
def copy_rows(to: int, source: int, count: int) -> None:
    """Copy `count` rows of a quantum that lie one after the other; `to` and `source` are addresses."""
    row = carray(pointer(to), count * Q, np.float32)
    data = carray(pointer(source), count * Q, np.float32)
    for i in range(count * Q):
        row[i] = data[i]


@rtsafe
def blend_row(out: int, start: int, end: int, before: float, after: float) -> None:
    """Write ``start + (end - start) · share``, where the share moves along a straight line in a quantum.

    Parameters
    ----------
    out, start, end : int64
        Addresses of the row that is written, perhaps one of the others, and of those that are blended.
    before, after : float32
        Share of `end` at the first frame, and at the first frame of the next quantum.
    """
    row, a = carray(pointer(out), Q, np.float32), carray(pointer(start), Q, np.float32)
    b = carray(pointer(end), Q, np.float32)
    step = (after - before) * F32(1.0 / QUANTUM)
    for i in range(Q):
        row[i] = a[i] + (b[i] - a[i]) * (before + step * F32(np.int32(i)))
