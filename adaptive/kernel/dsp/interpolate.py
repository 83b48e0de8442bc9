"""Samples between samples: a sinc of 32 taps, from a table with straight lines between its rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from adaptive.kernel.dsp.vectors import VECTOR_BYTES, WIDTH, WORD, folded, load, splat

TAPS = 32
BEFORE = TAPS // 2 - 1
"""Taps before the sample that a position follows."""

ROWS = 512
KAISER_BETA = 9.0

Array = np.ndarray[Any, Any]


def sinc_table() -> Array:
    """Rows of `TAPS` weights for positions 0, 1 / ROWS … 1 between two samples: float32, (ROWS + 1, TAPS).

    The first and the last row are exactly one sample, so that a whole position is a copy.
    """
    fractions = np.arange(ROWS + 1)[:, None] / ROWS
    distance = np.arange(TAPS)[None, :] - BEFORE - fractions
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - (distance / (TAPS / 2)) ** 2)))
    table = np.sinc(distance) * window / np.i0(KAISER_BETA)
    table /= table.sum(axis=1, keepdims=True)
    table[0], table[-1] = 0.0, 0.0
    table[0, BEFORE], table[-1, BEFORE + 1] = 1.0, 1.0
    return np.ascontiguousarray(table, np.float32)


@intrinsic
def interpolated(_context: Any, _data: Any, _row: Any, _part: Any) -> Any:
    """Sum of `TAPS` samples, weighted by a row of the table and the one behind it.

    `data` and `row` are addresses of the first sample and of the first weight; `part` (float32, from 0 to 1)
    is the share of the second row.  The order of the sum is fixed.
    """

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        data, row, part = args
        share = splat(builder, part)
        products = []
        for number in range(TAPS // WIDTH):
            first = load(builder, row, number * VECTOR_BYTES)
            second = load(builder, row, number * VECTOR_BYTES + 4 * TAPS)
            weight = builder.fadd(first, builder.fmul(share, builder.fsub(second, first)))
            products.append(builder.fmul(weight, load(builder, data, WORD(number * VECTOR_BYTES))))
        return folded(builder, products, builder.fadd)

    return types.float32(types.int64, types.int64, types.float32), generate
