"""Lines and ramps of clips and buses: what a command asked for, as a straight line in the quantum."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.jit import pointer, rtsafe
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.maths import F32, ONE, ZERO, filter_warp

Q = np.int64(QUANTUM)
DAMPING = F32(1.41421356)  # Butterworth: no resonance on a strip's filter


@rtsafe
def svf_coefficients(warp: float, damping: float) -> tuple[float, float, float]:
    """Coefficients of the trapezoidal state-variable filter (Simper 2013, "Solving the continuous SVF").

    Parameters
    ----------
    warp : float32
        ``tan(π f / rate)``.
    damping : float32
        ``1 / Q``.
    """
    a1 = ONE / (ONE + warp * (warp + damping))
    a2 = warp * a1
    return a1, a2, warp * a2


@rtsafe
def aim_filter(group: Any, column: int, cutoff_hz: float, sample_rate: float, frames: int) -> None:
    """Let both lanes of a filter run straight to a cutoff within `frames` frames."""
    a1, a2, a3 = svf_coefficients(filter_warp(cutoff_hz, sample_rate), DAMPING)
    share = ONE / F32(frames)
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["a1_step"][lane] = (a1 - group["a1"][lane]) * share
        group["a2_step"][lane] = (a2 - group["a2"][lane]) * share
        group["a3_step"][lane] = (a3 - group["a3"][lane]) * share


@rtsafe
def set_filter(group: Any, column: int, cutoff_hz: float, sample_rate: float) -> None:
    """Put both lanes of a filter at a cutoff, at rest."""
    a1, a2, a3 = svf_coefficients(filter_warp(cutoff_hz, sample_rate), DAMPING)
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["a1"][lane] = a1
        group["a2"][lane] = a2
        group["a3"][lane] = a3
        group["a1_step"][lane] = F32(0.0)
        group["a2_step"][lane] = F32(0.0)
        group["a3_step"][lane] = F32(0.0)


@rtsafe
def add_line(out: int, source: int, count: int, value: float, step: float) -> None:
    """Add `count` frames times a straight gain line.

    Parameters
    ----------
    out, source : int64
        Addresses of the first float32 of each.  (An index such as ``out[at + i]`` could be negative for
        all the compiler knows, and would not become vectors.)
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
def add_quantum(out: int, source: int, value: float, step: float) -> None:
    """Add a whole quantum times a straight gain line: `add_line` for the usual length, unrolled."""
    to = carray(pointer(out), Q, np.float32)
    data = carray(pointer(source), Q, np.float32)
    if step == ZERO:
        for i in range(QUANTUM):
            to[i] += data[i] * value
        return
    for i in range(QUANTUM):
        to[i] += data[i] * (value + step * F32(np.int32(i)))


@rtsafe
def scale_line(out: int, count: int, value: float, step: float) -> None:
    """Multiply `count` frames at an address by a straight gain line."""
    to = carray(pointer(out), count, np.float32)
    for i in range(count):
        to[i] *= value + step * F32(np.int32(i))
