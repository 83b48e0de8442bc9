"""Polynomials in place of libm, so that every x86-64 machine computes the same bits.

Each function states its range and its largest error, measured in ``tests/unit/kernel/dsp/test_maths.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.atomic import bits_of_float, float_of_bits
from adaptive.kernel.compile.jit import rtsafe

F32: Any = np.float32

ZERO, HALF, ONE, TWO = F32(0.0), F32(0.5), F32(1.0), F32(2.0)
# 2^x on [0, 1), degree 5, exact at both ends so that octaves join; relative error below 2e-7
E0, E1, E2 = F32(1.0), F32(0.693151474), F32(0.240162313)
E3, E4, E5 = F32(0.0558097698), F32(0.00900055934), F32(0.00187590974)
# Taylor of sin(x) and cos(x) on [-π/2, π/2] in x², error below 1e-6
S3, S5, S7, S9 = F32(-1.6666667e-1), F32(8.3333333e-3), F32(-1.9841270e-4), F32(2.7557319e-6)
C2, C4, C6, C8 = F32(-0.5), F32(4.1666667e-2), F32(-1.3888889e-3), F32(2.4801587e-5)
C10 = F32(-2.7557319e-7)
L3, L5, L7, L9 = F32(1 / 3), F32(1 / 5), F32(1 / 7), F32(1 / 9)
HALF_PI = F32(np.pi / 2)
PI = F32(np.pi)
OCTAVES_PER_DB = F32(np.log2(10.0) / 20.0)
BIAS = F32(256.0)
LEAST_EXPONENT, MOST_EXPONENT = F32(-126.0), F32(126.0)


@rtsafe
def exp2(x: float) -> float:
    """2 to the power of `x`, float32, for -126 … 126 (clamped); relative error below 3e-7."""
    x = min(max(x, LEAST_EXPONENT), MOST_EXPONENT)
    whole = np.int32(x + BIAS) - np.int32(256)
    part = x - F32(whole)
    value = E0 + part * (E1 + part * (E2 + part * (E3 + part * (E4 + part * E5))))
    return value * float_of_bits(np.int32((whole + np.int32(127)) << np.int32(23)))


@rtsafe
def log2(x: float) -> float:
    """Logarithm to base 2, float32, of normal numbers above 0; error below 5e-7 for 1/16 … 16.

    The mantissa is brought to √½ … √2, and the series of the inverse hyperbolic tangent is summed.
    """
    bits = bits_of_float(x)
    exponent = ((bits >> np.int32(23)) & np.int32(255)) - np.int32(127)
    part = float_of_bits((bits & np.int32(0x7FFFFF)) | np.int32(0x3F800000))
    if part > F32(1.41421356):
        part *= HALF
        exponent += np.int32(1)
    share = (part - ONE) / (part + ONE)
    square = share * share
    series = ONE + square * (L3 + square * (L5 + square * (L7 + square * L9)))
    return F32(exponent) + share * series * F32(2.8853900818)  # 2 / ln 2


@rtsafe
def sine(x: float) -> float:
    """sin(x) for -π/2 … π/2; error below 4e-6."""
    square = x * x
    return x * (ONE + square * (S3 + square * (S5 + square * (S7 + square * S9))))


@rtsafe
def cosine(x: float) -> float:
    """cos(x) for -π/2 … π/2; error below 1e-6."""
    square = x * x
    return ONE + square * (C2 + square * (C4 + square * (C6 + square * (C8 + square * C10))))


@rtsafe
def gain_of_db(level_db: float) -> float:
    """Linear gain of a level in dB; -80 dB and less is 0."""
    if level_db <= F32(-80.0):
        return ZERO
    return exp2(level_db * OCTAVES_PER_DB)


@rtsafe
def filter_warp(cutoff_hz: float, sample_rate: float) -> float:
    """``tan(π f / rate)``, the warped cutoff of a trapezoidal filter; f is clamped to 10 Hz … 0.45 rate."""
    angle = PI * min(max(cutoff_hz, F32(10.0)), F32(0.45) * sample_rate) / sample_rate
    return sine(angle) / cosine(angle)


@rtsafe
def pan_left(pan: float) -> float:
    """Gain of the left channel; constant power, 0 dB in the middle (Blumlein's sine law × √2)."""
    return F32(1.41421356) * cosine((pan + ONE) * HALF * HALF_PI)


@rtsafe
def pan_right(pan: float) -> float:
    """Gain of the right channel; constant power, 0 dB in the middle; see `pan_left`."""
    return F32(1.41421356) * sine((pan + ONE) * HALF * HALF_PI)
