"""A line of delay in one piece of memory that is written around, read between samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, TWO

LOOP = 8192
"""Frames of a line: 23 Hz at 192 kHz."""

MASK = np.int64(LOOP - 1)
BIT = np.int64(1)


@rtsafe
def read_line(line: Any, at: int, delay: float) -> float:
    """What was written `delay` frames before place `at`, by Lagrange's cubic."""
    whole = np.int64(delay)
    part = delay - F32(whole)
    c0 = -part * (part - ONE) * (part - TWO) * F32(1 / 6)
    c1 = (part + ONE) * (part - ONE) * (part - TWO) * HALF
    c2 = -(part + ONE) * part * (part - TWO) * HALF
    c3 = (part + ONE) * part * (part - ONE) * F32(1 / 6)
    place = at - whole
    return (
        c0 * line[(place + BIT) & MASK] + c1 * line[place & MASK]
        + c2 * line[(place - BIT) & MASK] + c3 * line[(place - np.int64(2)) & MASK]
    )  # fmt: skip
