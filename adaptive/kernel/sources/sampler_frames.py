"""Per-frame processing of a sampler's voices: reading between samples, the filter, the gain line, pan."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.interpolate import BEFORE, ROWS, TAPS, interpolated
from adaptive.kernel.dsp.maths import F32, ZERO
from adaptive.kernel.layout import QUANTUM

Q = np.int64(QUANTUM)
FLOAT, ROW_BYTES = np.int64(4), np.int64(4 * TAPS)
TABLE_ROWS = np.float64(ROWS)
BACK = np.int64(BEFORE)
WRAP_AFTER = np.int64(TAPS // 2)
"""Frames behind the end of a loop that are played before its beginning.

All taps of the interpolation lie within the loop and its copies then, so that the loop has no seam.
"""

RESIDUAL_DECAY = F32(0.985)  # per frame: to 1/e in 1.4 ms at 48 kHz
INAUDIBLE = F32(1e-6)


@rtsafe
def in_loop(position: float, region: Any) -> float:
    """Position within the loop, for one that may be behind its end."""
    wrap = np.float64(region["loop_end"] + WRAP_AFTER)
    if position < wrap:
        return position
    length = np.float64(region["loop_frames"])
    return position - length * (np.floor((position - wrap) / length) + np.float64(1.0))


@rtsafe
def add_voice(group: Any, lane: int, region: Any, sinc: int, bus: int, first: int, last: int) -> None:
    """Add frames `first` … `last` of a voice to both rows of a bus; `sinc` and `bus` are addresses."""
    left = carray(pointer(bus), Q, np.float32)
    right = carray(pointer(bus + FLOAT * Q), Q, np.float32)
    is_plain = group["is_plain"][lane] == 1
    data = region["plain"] if is_plain else region["data"]
    loops = region["loop_end"] > 0 and not is_plain
    is_filtered = region["is_filtered"] == 1
    position, step = group["position"][lane], np.float64(group["step"][lane])
    low, band = group["low"][lane], group["band"][lane]
    a1, a2, a3 = group["a1"][lane], group["a2"][lane], group["a3"][lane]
    a1_step, a2_step, a3_step = group["a1_step"][lane], group["a2_step"][lane], group["a3_step"][lane]
    value, slope = group["gain_value"][lane], group["gain_step"][lane]
    origin, until = group["gain_origin"][lane], group["gain_until"][lane]
    to_left, to_right = group["pan_left"][lane], group["pan_right"][lane]
    sample = group["last"][lane]
    for i in range(first, last):
        if loops:
            position = in_loop(position, region)
        whole = np.int64(position)
        if whole >= region["frames"] and not loops:
            group["is_over"][lane] = np.int32(1)
            break
        part = (position - np.float64(whole)) * TABLE_ROWS
        row = np.int64(part)
        share = F32(part - np.float64(row))
        sample = interpolated(data + FLOAT * (whole - BACK), sinc + ROW_BYTES * row, share)
        if is_filtered:
            above = sample - low
            middle = a1 * band + a2 * above
            sample = low + a2 * band + a3 * above
            band = middle + middle - band
            low = sample + sample - low
            a1 += a1_step
            a2 += a2_step
            a3 += a3_step
        sample *= value + slope * (min(F32(i), until) - origin)
        left[i] += sample * to_left
        right[i] += sample * to_right
        position += step
    group["position"][lane] = position
    group["low"][lane] = low
    group["band"][lane] = band
    group["a1"][lane] = a1
    group["a2"][lane] = a2
    group["a3"][lane] = a3
    group["last"][lane] = sample


@rtsafe
def ring_out(group: Any, lane: int, bus: int, first: int, last: int) -> None:
    """Let what a stolen note played last decay, so that it does not end with a step."""
    left = carray(pointer(bus), Q, np.float32)
    right = carray(pointer(bus + FLOAT * Q), Q, np.float32)
    one, other = group["residual_left"][lane], group["residual_right"][lane]
    for i in range(first, last):
        one *= RESIDUAL_DECAY
        other *= RESIDUAL_DECAY
        left[i] += one
        right[i] += other
    is_heard = abs(one) + abs(other) > INAUDIBLE
    group["residual_left"][lane] = one if is_heard else ZERO
    group["residual_right"][lane] = other if is_heard else ZERO
