"""Resamples audio."""

from __future__ import annotations

import numpy as np
import soxr

from adaptive.engine.decode import Audio, Decoded


def resample(decoded: Decoded, sample_rate: int) -> Audio:
    """Return the audio at another rate, shape (channels, frames), as if silence lay around it."""
    if decoded.sample_rate == sample_rate:
        return decoded.audio
    made = soxr.resample(decoded.audio.T, decoded.sample_rate, sample_rate, quality="HQ")
    return np.ascontiguousarray(made.T, dtype=np.float32)
