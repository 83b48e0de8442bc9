"""Ramps with a curve, and the straight lines by which gains and filters follow them within a quantum.

`ramp_at` is evaluated once a quantum, at its end; within the quantum a gain or a filter coefficient moves
along a straight line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import carray, types
from numba.extending import intrinsic

from adaptive.kernel.atomic import prefetch
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF_PI, ONE, ZERO, cosine, filter_warp, sine
from adaptive.kernel.dsp.vectors import ROW_OFFSETS, WIDTH, constant, load, splat, store
from adaptive.kernel.layout import EQUAL_POWER_IN, EQUAL_POWER_OUT, QUANTUM

Q = np.int64(QUANTUM)
LAST_FLOAT = np.int64(60)  # byte offset of the last float in a cache line
SHORT_SCALE = F32(1.0 / 32768.0)
"""Exact: a sample of 16 bit is the same number as float32."""

DAMPING = F32(1.41421356)  # 1 / Q of a Butterworth filter: no resonance


@rtsafe
def ramp_at(start: float, end: float, first: int, frames: int, shape: int, frame: int) -> float:
    """Value of a ramp at a frame.

    Parameters
    ----------
    start, end : float32
        Values before and after the ramp.
    first, frames : int64
        First absolute frame and length; a length of 0 is a jump.
    shape : int32
        `LINEAR`, `EQUAL_POWER_IN` or `EQUAL_POWER_OUT`.
    frame : int64
        Absolute frame at which the ramp is evaluated.
    """
    if frame >= first + frames:
        return end
    if frame <= first:
        return start
    progress = F32(frame - first) / F32(frames)
    if shape == EQUAL_POWER_IN:
        progress = sine(progress * HALF_PI)
    elif shape == EQUAL_POWER_OUT:
        progress = ONE - cosine(progress * HALF_PI)
    return start + (end - start) * progress


@rtsafe
def doubled_coefficients(warp: float, damping: float) -> tuple[float, float, float]:
    """Coefficients ``2·a1 - 1, 2·a2, 2·a3`` of the filter described in `processors.lowpass`.

    Parameters
    ----------
    warp : float32
        ``tan(π f / rate)``.
    damping : float32
        ``1 / Q``.
    """
    a1 = ONE / (ONE + warp * (warp + damping))
    a2 = warp * a1
    a3 = warp * a2
    return a1 + a1 - ONE, a2 + a2, a3 + a3


@rtsafe
def aim_filter(group: Any, column: int, cutoff_hz: float, sample_rate: float, frames: int) -> None:
    """Ramp the coefficients of both lanes of a filter to a cutoff in `frames` frames, or stop them there."""
    if cutoff_hz == group["aimed_hz"][column]:
        if group["is_moving"][column] == 1:
            set_filter(group, column, cutoff_hz, sample_rate)
        return
    group["aimed_hz"][column] = cutoff_hz
    group["is_moving"][column] = np.int32(1)
    b1, b2, b3 = doubled_coefficients(filter_warp(cutoff_hz, sample_rate), DAMPING)
    share = ONE / F32(frames)
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["b1_step"][lane] = (b1 - group["b1"][lane]) * share
        group["b2_step"][lane] = (b2 - group["b2"][lane]) * share
        group["b3_step"][lane] = (b3 - group["b3"][lane]) * share


@rtsafe
def set_filter(group: Any, column: int, cutoff_hz: float, sample_rate: float) -> None:
    """Set both lanes of a filter to a cutoff, without a ramp."""
    group["aimed_hz"][column] = cutoff_hz
    rest_filter(group, column)
    b1, b2, b3 = doubled_coefficients(filter_warp(cutoff_hz, sample_rate), DAMPING)
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["b1"][lane] = b1
        group["b2"][lane] = b2
        group["b3"][lane] = b3


@rtsafe
def rest_filter(group: Any, column: int) -> None:
    """Stop the ramp of a filter's coefficients."""
    if group["is_moving"][column] == 0:
        return
    group["is_moving"][column] = np.int32(0)
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["b1_step"][lane] = F32(0.0)
        group["b2_step"][lane] = F32(0.0)
        group["b3_step"][lane] = F32(0.0)


@rtsafe
def add_line(out: int, source: int, count: int, value: float, step: float) -> None:
    """Add `count` frames, multiplied by a straight gain line, to others.

    Parameters
    ----------
    out, source : int64
        Addresses of the first float32 of each.  (The compiler cannot rule out that an index such as
        ``out[at + i]`` is negative, and would not vectorise the loop.)
    value, step : float32
        Gain at the first frame, and its change a frame.
    """
    to = carray(pointer(out), count, np.float32)
    data = carray(pointer(source), count, np.float32)
    if step == ZERO:
        for i in range(count):
            to[i] += data[i] * value
        return
    for i in range(count):
        to[i] += data[i] * (value + step * F32(np.int32(i)))


@rtsafe
def add_short_line(out: int, source: int, count: int, value: float, step: float) -> None:
    """Add `count` frames of 16 bit, multiplied by a straight gain line, to others: see `add_line`."""
    to = carray(pointer(out), count, np.float32)
    data = carray(pointer(source), count, np.int16)
    if step == ZERO:
        for i in range(count):
            to[i] += F32(data[i]) * SHORT_SCALE * value
        return
    for i in range(count):
        to[i] += F32(data[i]) * SHORT_SCALE * (value + step * F32(np.int32(i)))


@intrinsic
def _add_row(_context: Any, _out: Any, _source: Any, _value: Any, _step: Any) -> Any:
    """Add a row, multiplied by a straight line, to another."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        for offset, gain in line(builder, args[2], args[3]):
            scaled = builder.fmul(load(builder, args[1], offset), gain)
            store(builder, builder.fadd(load(builder, args[0], offset), scaled), args[0], offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32, types.float32), generate


@intrinsic
def _scale_row(_context: Any, _out: Any, _value: Any, _step: Any) -> Any:
    """Multiply a row by a straight line."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        for offset, gain in line(builder, args[1], args[2]):
            store(builder, builder.fmul(load(builder, args[0], offset), gain), args[0], offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.float32, types.float32), generate


def line(builder: Any, value: Any, step: Any) -> Iterator[tuple[int, Any]]:
    """Offset and gain of each vector of a row along a straight line."""
    first, rise = splat(builder, value), splat(builder, step)
    for offset in ROW_OFFSETS:
        frames = constant([offset // 4 + number for number in range(WIDTH)])
        yield offset, builder.fadd(first, builder.fmul(rise, frames))


@rtsafe
def add_quantum(out: int, source: int, value: float, step: float) -> None:
    """Add a whole quantum, multiplied by a straight gain line, to another: `add_line` for 64 frames."""
    _add_row(out, source, value, step)


@rtsafe
def scale_quantum(out: int, value: float, step: float) -> None:
    """Multiply a whole quantum at an address by a straight gain line."""
    _scale_row(out, value, step)


@rtsafe
def scale_line(out: int, count: int, value: float, step: float) -> None:
    """Multiply `count` frames at an address by a straight gain line."""
    to = carray(pointer(out), count, np.float32)
    for i in range(count):
        to[i] *= value + step * F32(np.int32(i))


@rtsafe
def prefetch_quantum(address: int) -> None:
    """Prefetch the row at an address, which the next quantum reads: the four cache lines it ends in.

    They arrive while the rest of this quantum is rendered.  (128 stems took 0.64 % of a core with a prefetch
    two groups ahead within the quantum, and 0.29 % with this one.)
    """
    for line in range(np.int64(4)):
        prefetch(address + LAST_FLOAT + line * np.int64(64))
