"""Samples as the analysis reads them: one rate, one channel, wrapped at the front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

ANALYSIS_RATE_HZ = 44_100
"""Every stem is brought to this rate, so that the envelopes of several can be added."""


def looped(mono: F32, start: int, stop: int) -> F32:
    """Cut samples `start` to `stop` out of a file that is taken as a loop.

    Parameters
    ----------
    mono : ndarray of float32, shape (samples,)
        The file.
    start, stop : int
        Positions in samples; both may lie outside the file.

    Returns
    -------
    ndarray of float32, shape (stop - start,)
        Before the file lies its own end (once), after it silence.
    """
    position = np.arange(start, stop)
    is_inside = (position >= -len(mono)) & (position < len(mono))
    out = np.zeros(stop - start, dtype=np.float32)
    # A negative index counts from the end: the wrap is NumPy's own.
    out[is_inside] = mono[position[is_inside]]
    return out
