"""Samples between samples: a sinc of 32 or 16 taps, from a table with straight lines between its rows."""

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


SHORT_TAPS = 16
SHORT_BEFORE = SHORT_TAPS // 2 - 1
"""Of the short sinc that a sampler reads with."""


def sinc_table(taps: int = TAPS) -> Array:
    """Rows of weights for positions 0, 1 / ROWS … 1 between two samples: float32, (ROWS + 1, taps).

    The first and the last row are exactly one sample, so that a whole position is a copy.
    """
    before = taps // 2 - 1
    fractions = np.arange(ROWS + 1)[:, None] / ROWS
    distance = np.arange(taps)[None, :] - before - fractions
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - (distance / (taps / 2)) ** 2)))
    table = np.sinc(distance) * window / np.i0(KAISER_BETA)
    table /= table.sum(axis=1, keepdims=True)
    table[0], table[-1] = 0.0, 0.0
    table[0, before], table[-1, before + 1] = 1.0, 1.0
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


def rising_table() -> Array:
    """The short table for `interpolated_rising`: weights, and what they rise by to the next row.

    float32, (ROWS, 2 · SHORT_TAPS).
    """
    table = sinc_table(SHORT_TAPS)
    return np.ascontiguousarray(np.concatenate([table[:-1], np.diff(table, axis=0)], axis=1), np.float32)


@intrinsic
def interpolated_rising(_context: Any, _data: Any, _row: Any, _part: Any) -> Any:
    """`interpolated` with `SHORT_TAPS` samples and a row of `rising_table`: fewer instructions."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        data, row, part = args
        share = splat(builder, part)
        products = []
        for number in range(SHORT_TAPS // WIDTH):
            first = load(builder, row, number * VECTOR_BYTES)
            rise = load(builder, row, number * VECTOR_BYTES + 4 * SHORT_TAPS)
            weight = builder.fadd(first, builder.fmul(share, rise))
            products.append(builder.fmul(weight, load(builder, data, WORD(number * VECTOR_BYTES))))
        return folded(builder, products, builder.fadd)

    return types.float32(types.int64, types.int64, types.float32), generate
