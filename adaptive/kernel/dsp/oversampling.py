"""Oversampling by eight, in three steps of two: half-band filters without distortion of phase.

Every second tap of a half-band filter is zero, so that a step up computes one sample and copies the other
(M. G. Bellanger, J. L. Daguet, G. P. Lepagnol, "Interpolation, extrapolation, and reduction of computation
speed in digital filters", IEEE Trans. ASSP 22(4), 1974).  At 48 kHz what is above 30 kHz at the first step is
100 dB down, so that nothing folds to below 18 kHz.

The taps are constants of the compiled code, and the sums of a row stay in eight registers: with loops in
Python both ways took six times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.rows import copy_rows
from adaptive.kernel.dsp.vectors import (
    ROW_BYTES,
    ROW_OFFSETS,
    VECTOR_BYTES,
    WIDTH,
    WORD,
    everywhere,
    load,
    shuffled,
    store,
)
from adaptive.kernel.layout import QUANTUM

TAPS = (26, 12, 10)
"""Taps of each step that are not zero, apart from the middle one; it is late by `taps - 1` of its outputs."""

FACTOR = 8
LATENCY_FRAMES = 33
"""Of a way up and down: 25 + 11 / 2 + 9 / 4 + one frame of the last step's input, to be a whole number."""

KAISER_BETA = 10.0
FLOAT, BYTES = np.int64(4), 4

HISTORY = 32
"""Floats kept before each buffer: more than any step reads back, and a multiple of a cache line."""

LENGTHS = (QUANTUM, 2 * QUANTUM, 4 * QUANTUM, 8 * QUANTUM)


def half_band(taps: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The taps at even places of a half-band filter of ``2 · taps - 1`` taps; their sum is a half."""
    places = 2.0 * np.arange(taps) - (taps - 1)
    window = np.i0(KAISER_BETA * np.sqrt(1.0 - (places / taps) ** 2)) / np.i0(KAISER_BETA)
    made = 0.5 * np.sinc(places / 2.0) * window
    return (0.5 * made / made.sum()).astype(np.float32)


def _buffer(number: int) -> int:
    return HISTORY + LENGTHS[number]


UP_FIRST, UP_SECOND, UP_THIRD = 0, _buffer(0), _buffer(0) + _buffer(1)
TOP = UP_THIRD + _buffer(2)
"""Where the eight-fold samples are; they need no history."""

EVEN_THIRD = TOP + LENGTHS[3]
ODD_THIRD = EVEN_THIRD + _buffer(2)
EVEN_SECOND = ODD_THIRD + _buffer(2)
ODD_SECOND = EVEN_SECOND + _buffer(1)
EVEN_FIRST = ODD_SECOND + _buffer(1)
ODD_FIRST = EVEN_FIRST + _buffer(0)
SIDE_FLOATS = ODD_FIRST + _buffer(0)
"""Floats of one channel: buffers of each step up, the top, and even and odd samples of each step down."""

Q = np.int64(QUANTUM)
H = np.int64(HISTORY)
TOP_OFFSET = FLOAT * np.int64(TOP)
FIRST, SECOND, THIRD = (half_band(taps) for taps in TAPS)

EVEN_PLACES, ODD_PLACES = range(0, 2 * WIDTH, 2), range(1, 2 * WIDTH, 2)
MERGED_LOW = [number // 2 + WIDTH * (number % 2) for number in range(WIDTH)]
MERGED_HIGH = [number + WIDTH // 2 for number in MERGED_LOW]


@intrinsic
def _keep_history(_context: Any, _buffer: Any, _frames: Any) -> Any:
    """Move the last samples of a buffer in front of its first ones."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        buffer, frames = args
        source = builder.add(buffer, builder.mul(frames, WORD(BYTES)))
        for offset in range(0, BYTES * HISTORY, VECTOR_BYTES):
            store(builder, load(builder, source, offset), buffer, offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


def _filtered(builder: Any, source: Any, at: Any, first: int, taps: Sequence[float], sums: list[Any]) -> Any:
    """Add a filter's output to the eight vectors of a row; its first tap takes sample `first` and on."""
    for number, tap in enumerate(taps):
        weight = everywhere(tap)
        for vector, offset in enumerate(ROW_OFFSETS):
            place = builder.add(at, WORD(offset + BYTES * (first - number)))
            sums[vector] = builder.fadd(sums[vector], builder.fmul(weight, load(builder, source, place)))
    return sums


def _doubling(taps: Any) -> Any:
    """Make the intrinsic that doubles the rate of rows by a filter."""
    late = len(taps) // 2 - 1
    doubled = [float(np.float32(2.0) * tap) for tap in taps]

    @intrinsic
    def step_up(_context: Any, _source: Any, _rows: Any, _to: Any) -> Any:
        """Double the rate of rows behind a history at `_source`; write them from `_to` on."""

        def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            source, rows, to = args
            with cgutils.for_range(builder, rows) as loop:
                at = builder.mul(loop.index, WORD(ROW_BYTES))
                out = builder.mul(loop.index, WORD(2 * ROW_BYTES))
                sums = _filtered(builder, source, at, HISTORY, doubled, [everywhere(0.0)] * len(ROW_OFFSETS))
                for made, offset in zip(sums, ROW_OFFSETS, strict=True):
                    place = builder.add(at, WORD(offset + BYTES * (HISTORY - late)))
                    copied = load(builder, source, place)
                    for half, places in enumerate((MERGED_LOW, MERGED_HIGH)):
                        merged = shuffled(builder, made, copied, places)
                        store(builder, merged, to, builder.add(out, WORD(2 * offset + half * VECTOR_BYTES)))
            return ctx.get_dummy_value()

        return types.void(*[types.int64] * 3), generate

    return step_up


def _halving(taps: Any, late: int) -> Any:
    """Make the intrinsic that halves the rate of rows by a filter, `late` samples later."""
    middle = HISTORY - len(taps) // 2 - late
    weights = [float(tap) for tap in taps]

    @intrinsic
    def step_down(_context: Any, _even: Any, _odd: Any, _rows: Any, _to: Any) -> Any:
        """Filter even and odd samples behind their histories into rows at `_to`."""

        def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            even, odd, rows, to = args
            with cgutils.for_range(builder, rows) as loop:
                at = builder.mul(loop.index, WORD(ROW_BYTES))
                places = [builder.add(at, WORD(offset + BYTES * middle)) for offset in ROW_OFFSETS]
                sums = [builder.fmul(everywhere(0.5), load(builder, odd, place)) for place in places]
                sums = _filtered(builder, even, at, HISTORY - late, weights, sums)
                for made, offset in zip(sums, ROW_OFFSETS, strict=True):
                    store(builder, made, to, builder.add(at, WORD(offset)))
            return ctx.get_dummy_value()

        return types.void(*[types.int64] * 4), generate

    return step_down


@intrinsic
def _part_samples(_context: Any, _source: Any, _rows: Any, _even: Any, _odd: Any) -> Any:
    """Write every second sample of pairs of rows behind the history of `_even`, the others behind `_odd`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        source, rows, *to = args
        with cgutils.for_range(builder, builder.mul(rows, WORD(len(ROW_OFFSETS)))) as loop:
            at = builder.mul(loop.index, WORD(VECTOR_BYTES))
            twice = builder.mul(at, WORD(2))
            pair = [load(builder, source, builder.add(twice, WORD(n * VECTOR_BYTES))) for n in range(2)]
            for places, side in zip((EVEN_PLACES, ODD_PLACES), to, strict=True):
                parted = shuffled(builder, pair[0], pair[1], places)
                store(builder, parted, side, builder.add(at, WORD(BYTES * HISTORY)))
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 4), generate


_up_first, _up_second, _up_third = (_doubling(taps) for taps in (FIRST, SECOND, THIRD))
_down_first, _down_second, _down_third = _halving(FIRST, 0), _halving(SECOND, 0), _halving(THIRD, 1)


@rtsafe
def raise_rate(side: int, row: int) -> None:
    """Write a quantum at eight times its rate to the top of a side's buffers.

    Parameters
    ----------
    side : int64
        Address of `SIDE_FLOATS` floats.
    row : int64
        Address of the quantum.
    """
    first, second = side + FLOAT * np.int64(UP_FIRST), side + FLOAT * np.int64(UP_SECOND)
    third, top = side + FLOAT * np.int64(UP_THIRD), side + FLOAT * np.int64(TOP)
    copy_rows(first + FLOAT * H, row, np.int64(1))
    _up_first(first, np.int64(1), second + FLOAT * H)
    _up_second(second, np.int64(2), third + FLOAT * H)
    _up_third(third, np.int64(4), top)
    _keep_history(first, Q)
    _keep_history(second, np.int64(2) * Q)
    _keep_history(third, np.int64(4) * Q)


@rtsafe
def lower_rate(side: int, row: int) -> None:
    """Write the top of a side's buffers at its own rate to a row; see `raise_rate`."""
    top = side + FLOAT * np.int64(TOP)
    even, odd = side + FLOAT * np.int64(EVEN_THIRD), side + FLOAT * np.int64(ODD_THIRD)
    _part_samples(top, np.int64(4), even, odd)
    _down_third(even, odd, np.int64(4), top)
    _keep_history(even, np.int64(4) * Q)
    _keep_history(odd, np.int64(4) * Q)
    even, odd = side + FLOAT * np.int64(EVEN_SECOND), side + FLOAT * np.int64(ODD_SECOND)
    _part_samples(top, np.int64(2), even, odd)
    _down_second(even, odd, np.int64(2), top)
    _keep_history(even, np.int64(2) * Q)
    _keep_history(odd, np.int64(2) * Q)
    even, odd = side + FLOAT * np.int64(EVEN_FIRST), side + FLOAT * np.int64(ODD_FIRST)
    _part_samples(top, np.int64(1), even, odd)
    _down_first(even, odd, np.int64(1), row)
    _keep_history(even, Q)
    _keep_history(odd, Q)
