"""Peaks between samples: a signal at four times its rate, without keeping it.

Sixteen taps of a windowed sinc for each of the three places between two samples; the sample itself is the
fourth.  Four times the rate is what ITU-R BS.1770-5, annex 2, asks for.  The taps are constants of the
compiled code, and the sums stay in registers.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.vectors import (
    ROW_BYTES,
    ROW_OFFSETS,
    VECTOR_BYTES,
    everywhere,
    folded,
    load,
    magnitude,
    store,
)
from adaptive.kernel.layout import QUANTUM

TAPS = 16
PLACES = 3
AHEAD = TAPS // 2
"""Frames that must be known after a sample to find the peak between it and the next."""

KAISER_BETA = 5.0

HISTORY_FLOATS = TAPS + QUANTUM
"""Floats of one channel's history and its quantum."""


@functools.cache
def peak_table() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The taps of the places ¼, ½ and ¾ after a sample, one place after the other; each sums to one."""
    distance = np.arange(TAPS)[None, :] - (AHEAD - 1) - np.array([[0.25], [0.5], [0.75]])
    window = np.i0(KAISER_BETA * np.sqrt(1.0 - (distance / AHEAD) ** 2 * (1.0 - 1e-9)))
    table = np.sinc(distance) * window
    table /= table.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(table.ravel(), np.float32)


MOST_GAIN = float(np.abs(peak_table()).reshape(PLACES, TAPS).sum(axis=1).max()) * 1.0001
"""A peak between two samples is at most so many times the largest sample around it."""


@intrinsic
def _move_history(_context: Any, _history: Any, _row: Any) -> Any:
    """Move a history on by a row; return the largest magnitude in what it holds then."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        history, row = args

        def larger(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered("<", a, b), b, a)

        kept = [load(builder, history, ROW_BYTES + offset) for offset in range(0, 4 * TAPS, VECTOR_BYTES)]
        moved = [*kept, *(load(builder, row, offset) for offset in ROW_OFFSETS)]
        sizes = []
        for number, vector in enumerate(moved):
            store(builder, vector, history, number * VECTOR_BYTES)
            sizes.append(magnitude(builder, vector))
        old = [larger(sizes[0], sizes[1]), *sizes[2:]]
        return folded(builder, [larger(old[0], old[1]), *old[2:]], larger)

    return types.float32(types.int64, types.int64), generate


@intrinsic
def _raise_to_peaks(_context: Any, _history: Any, _peaks: Any) -> Any:
    """Raise a row of numbers to the peaks of a history; see `raise_to_peaks`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        history, peaks = args

        def larger(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered(">", a, b), a, b)

        found = []
        for offset in ROW_OFFSETS:
            sample = magnitude(builder, load(builder, history, offset + 4 * AHEAD))
            found.append(larger(load(builder, peaks, offset), sample))
        for taps in peak_table().reshape(PLACES, TAPS):
            sums = [everywhere(0.0)] * len(ROW_OFFSETS)
            for number, tap in enumerate(taps):
                weight = everywhere(float(tap))
                for vector, offset in enumerate(ROW_OFFSETS):
                    heard = load(builder, history, offset + 4 * (number + 1))
                    sums[vector] = builder.fadd(sums[vector], builder.fmul(weight, heard))
            found = [larger(a, magnitude(builder, b)) for a, b in zip(found, sums, strict=True)]
        for offset, vector in zip(ROW_OFFSETS, found, strict=True):
            store(builder, vector, peaks, offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@rtsafe
def move_history(history: int, row: int) -> float:
    """Move a channel's history on by a quantum; return the largest magnitude in it and in the quantum.

    `history` is the address of `HISTORY_FLOATS`, `row` that of the quantum.
    """
    return _move_history(history, row)


@rtsafe
def raise_to_peaks(history: int, peaks: int) -> None:
    """Raise 64 numbers to the peaks of a channel: number i to that from sample ``i - 8`` to the next one.

    `history` is that of `move_history`, which was called for the quantum; `peaks` the address of the numbers.
    """
    _raise_to_peaks(history, peaks)
