"""Levels of single numbers in octaves of amplitude (6.02 dB), and shares that are left after a time."""

from __future__ import annotations

import numpy as np

from adaptive.kernel.atomic import bits_of_float, float_of_bits
from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, ZERO, exp2
from adaptive.kernel.dsp.vector_maths import LOG_TERMS

L0, L1, L2, L3, L4 = (F32(term) for term in LOG_TERMS)
MINUS_OCTAVES_PER_MS = F32(-1000.0 * np.log2(np.e))
MANTISSA, EXPONENT_OF_ONE = np.int32((1 << 23) - 1), np.int32(127 << 23)


@rtsafe
def log2(x: float) -> float:
    """Binary logarithm of a normal positive float32; error below 3e-6."""
    bits = bits_of_float(x)
    whole = F32(np.int32((bits >> np.int32(23)) - np.int32(127)))
    t = float_of_bits(np.int32((bits & MANTISSA) | EXPONENT_OF_ONE)) - ONE
    return whole + (t + t * (ONE - t) * (L0 + t * (L1 + t * (L2 + t * (L3 + t * L4)))))


@rtsafe
def kept_share(time_ms: float, sample_rate: float) -> float:
    """Share of a distance that is left after a frame, if a share of 1 / e is left after a time."""
    if time_ms <= ZERO:
        return ZERO
    return exp2(MINUS_OCTAVES_PER_MS / (time_ms * sample_rate))
