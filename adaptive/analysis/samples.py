"""Samples as the analysis reads them: one rate, one channel, going round."""

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
        The file, at least one sample.
    start, stop : int
        Positions in samples; both may lie outside the file.

    Returns
    -------
    ndarray of float32, shape (stop - start,)
        Before the file lies its end, behind it its beginning.
    """
    return np.take(mono, np.arange(start, stop), mode="wrap")
