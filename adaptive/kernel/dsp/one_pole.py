"""One-pole filters over a quantum, eight frames at a time.

Each output of a recursive filter depends on the previous one, so 64 frames computed one by one take 64 times
the latency of a multiplication and an addition.  A scan (Blelloch 1990, "Prefix sums and their applications")
adds the inputs one, two and four frames back, each times that power of the pole; then only one step in eight
depends on the step before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, exp2
from adaptive.kernel.dsp.vectors import (
    FLOATS,
    ROW_BYTES,
    ROW_OFFSETS,
    WIDTH,
    element,
    everywhere,
    load,
    shuffled,
    splat,
    store,
)

LAST = [WIDTH - 1] * WIDTH
NEVER = 1e30  # above any gain
MINUS_TWO_PI_IN_OCTAVES = F32(-2.0 * np.pi * np.log2(np.e))


def _powers(builder: Any, pole: Any) -> list[Any]:
    """Vectors filled with the pole to the powers 1, 2 and 4, and one vector with the powers 1 … 8."""
    powers = [pole]
    for number in range(1, WIDTH):
        powers.append(builder.fmul(powers[number // 2], powers[number - 1 - number // 2]))
    rising = ir.Constant(FLOATS, ir.Undefined)
    for number, power in enumerate(powers):
        rising = builder.insert_element(rising, power, ir.IntType(32)(number))
    return [*(splat(builder, powers[2**step - 1]) for step in range(WIDTH.bit_length() - 1)), rising]


def _delayed(builder: Any, before: Any, vector: Any, frames: int) -> Any:
    """A vector delayed by `frames`; the last elements of `before` move in."""
    return shuffled(builder, before, vector, range(WIDTH - frames, 2 * WIDTH - frames))


def _scanned(builder: Any, vector: Any, powers: list[Any], last: Any) -> Any:
    """Eight frames of ``y[n] = x[n] + pole · y[n-1]``; every element of `last` is the output before them."""
    nothing = everywhere(0.0)
    *steps, rising = powers
    for step, power in enumerate(steps):
        vector = builder.fadd(vector, builder.fmul(power, _delayed(builder, nothing, vector, 2**step)))
    return builder.fadd(vector, builder.fmul(rising, last))


@intrinsic
def scan_difference(_context: Any, _row: Any, _pole: Any, _input: Any, _output: Any) -> Any:
    """``y[n] = x[n] - x[n-1] + pole · y[n-1]`` in place; `_input` and `_output`: previous x and y."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        row, pole, before, last = args[0], args[1], splat(builder, args[2]), splat(builder, args[3])
        powers = _powers(builder, pole)
        for offset in ROW_OFFSETS:
            x = load(builder, row, offset)
            y = _scanned(builder, builder.fsub(x, _delayed(builder, before, x, 1)), powers, last)
            store(builder, y, row, offset)
            before, last = x, shuffled(builder, y, y, LAST)
        return element(builder, last, 0)

    return types.float32(types.int64, types.float32, types.float32, types.float32), generate


@intrinsic
def scan_low_cut(_context: Any, _to: Any, _stereo: Any, _share: Any, _state: Any) -> Any:
    """Mean of two rows minus its one-pole low-pass; returns the last output of the low-pass."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        to, stereo, share, last = args[0], args[1], splat(builder, args[2]), splat(builder, args[3])
        powers = _powers(builder, builder.fsub(ir.Constant(ir.FloatType(), 1.0), args[2]))
        for offset in ROW_OFFSETS:
            sides = (load(builder, stereo, offset + side * ROW_BYTES) for side in range(2))
            x = builder.fmul(everywhere(0.5), builder.fadd(*sides))
            low = _scanned(builder, builder.fmul(share, x), powers, last)
            store(builder, builder.fsub(x, low), to, offset)
            last = shuffled(builder, low, low, LAST)
        return element(builder, last, 0)

    return types.float32(types.int64, types.int64, types.float32, types.float32), generate


@intrinsic
def scan_low_pass(_context: Any, _to: Any, _row: Any, _share: Any, _state: Any) -> Any:
    """``y[n] = y[n-1] + share · (x[n] - y[n-1])``; returns the last output."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        to, row, share, last = args[0], args[1], splat(builder, args[2]), splat(builder, args[3])
        powers = _powers(builder, builder.fsub(ir.Constant(ir.FloatType(), 1.0), args[2]))
        for offset in ROW_OFFSETS:
            low = _scanned(builder, builder.fmul(share, load(builder, row, offset)), powers, last)
            store(builder, low, to, offset)
            last = shuffled(builder, low, low, LAST)
        return element(builder, last, 0)

    return types.float32(types.int64, types.int64, types.float32, types.float32), generate


@intrinsic
def scan_release(_context: Any, _to: Any, _least: Any, _kept: Any, _before: Any) -> Any:
    """``g[n] = min(least[n], 1 + kept · (g[n-1] - 1))``; two such steps combine into one of the same form."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        to, least, kept, last = args[0], args[1], args[2], splat(builder, args[3])
        one, never = everywhere(1.0), everywhere(NEVER)

        def released(gain: Any, power: Any) -> Any:
            return builder.fadd(builder.fmul(power, gain), builder.fsub(one, power))

        def lesser(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered("<", a, b), a, b)

        *steps, rising = _powers(builder, kept)
        for offset in ROW_OFFSETS:
            gain = load(builder, least, offset)
            for step, power in enumerate(steps):
                gain = lesser(gain, released(_delayed(builder, never, gain, 2**step), power))
            gain = lesser(gain, released(last, rising))
            store(builder, gain, to, offset)
            last = shuffled(builder, gain, gain, LAST)
        return element(builder, last, 0)

    return types.float32(types.int64, types.int64, types.float32, types.float32), generate


@rtsafe
def high_pass(row: int, pole: float, before: float, last: float) -> float:
    """High-pass a row in place, ``y[n] = x[n] - x[n-1] + pole · y[n-1]``; return the last output.

    Parameters
    ----------
    row : int64
        Address of the row.
    before, last : float32
        ``x`` and ``y`` of the frame before the row.
    """
    return scan_difference(row, pole, before, last)


@rtsafe
def low_cut(to: int, stereo: int, share: float, state: float) -> float:
    """Write the mean of two rows minus its one-pole low-pass; return the last output of the low-pass.

    Parameters
    ----------
    to, stereo : int64
        Addresses of the output row and of the two input rows, which are adjacent.
    share : float32
        Share of the distance to its input that the low-pass covers in a frame.
    state : float32
        Output of the low-pass in the frame before.
    """
    return scan_low_cut(to, stereo, share, state)


@rtsafe
def low_pass(to: int, row: int, share: float, state: float) -> float:
    """Write the one-pole low-pass of a row, perhaps to the row itself; return its last output.

    Parameters
    ----------
    to, row : int64
        Addresses of the output and the input.
    share : float32
        Share of the distance to its input that the low-pass covers in a frame; see `low_pass_share`.
    state : float32
        Output in the frame before.
    """
    return scan_low_pass(to, row, share, state)


@rtsafe
def low_pass_share(cutoff_hz: float, sample_rate: float) -> float:
    """Share for a cutoff, ``1 - exp(-2π f / rate)`` (impulse invariance), at most 1."""
    return ONE - exp2(MINUS_TWO_PI_IN_OCTAVES * cutoff_hz / sample_rate)


@rtsafe
def release_row(to: int, least: int, kept: float, before: float) -> float:
    """Gain of a limiter, for a row: it falls at once and recovers exponentially; return the last gain.

    Parameters
    ----------
    to, least : int64
        Addresses of the row of gains and of the row that limits it from above.
    kept : float32
        Share of the distance to 1 that is left after a frame.
    before : float32
        Gain in the frame before the row.
    """
    return scan_release(to, least, kept, before)
