"""Copies and blends rows of audio by their addresses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32
from adaptive.kernel.dsp.vectors import ROW_OFFSETS, VECTOR_BYTES, WIDTH, WORD, everywhere, load, store
from adaptive.kernel.layout import QUANTUM

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q


@intrinsic
def _copy_row(_context: Any, _to: Any, _source: Any) -> Any:
    """Copy a row; LLVM makes 64 copies of one float of a loop, as the two rows might overlap."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        to, source = args
        for offset, vector in [(offset, load(builder, source, offset)) for offset in ROW_OFFSETS]:
            store(builder, vector, to, offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def _add_to_row(_context: Any, _to: Any, _source: Any) -> Any:
    """Add a row to another."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        to, source = args
        for offset in ROW_OFFSETS:
            added = builder.fadd(load(builder, to, offset), load(builder, source, offset))
            store(builder, added, to, offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def _clear_row(_context: Any, _to: Any) -> Any:
    """Write silence to a row; a call of `memset` takes longer than to clear the rows of ten buses."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        for offset in ROW_OFFSETS:
            store(builder, everywhere(0.0), args[0], offset)
        return ctx.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def _lower_vectors(_context: Any, _array: Any, _count: Any, _shift: Any) -> Any:
    """Lower eight numbers at a time to those `_shift` before them, from the last ones down; see below."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        array, count, shift = args
        back = builder.mul(shift, WORD(4))
        with cgutils.for_range(builder, count) as loop:
            at = builder.mul(builder.sub(count, builder.add(loop.index, WORD(1))), WORD(VECTOR_BYTES))
            late = load(builder, array, at)
            early = load(builder, array, builder.sub(at, back))
            lower = builder.select(builder.fcmp_ordered("<", early, late), early, late)
            store(builder, lower, array, at)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 3), generate


@rtsafe
def lower_in_place(array: int, count: int, shift: int) -> None:
    """Lower each of `count` numbers from number `shift` on to the one `shift` before it, if that is lower.

    `array` is an address.  From the last one down, no number is read after it was lowered.
    """
    vectors = (count - shift) // np.int64(WIDTH)
    first = count - vectors * np.int64(WIDTH)
    _lower_vectors(array + np.int64(4) * first, vectors, shift)
    numbers = carray(pointer(array), first, np.float32)
    for back in range(first - shift):
        i = first - np.int64(1) - back
        numbers[i] = min(numbers[i], numbers[i - shift])


@rtsafe
def add_row(to: int, source: int) -> None:
    """Add a row to another; both are addresses."""
    _add_to_row(to, source)


@rtsafe
def clear_rows(to: int, count: int) -> None:
    """Write silence to `count` rows that lie one after the other, from an address on."""
    for row in range(count):
        _clear_row(to + ROW * row)


@rtsafe
def copy_rows(to: int, source: int, count: int) -> None:
    """Copy `count` rows of a quantum that lie one after the other; `to` and `source` are addresses."""
    for row in range(count):
        _copy_row(to + ROW * row, source + ROW * row)


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
