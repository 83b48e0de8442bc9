"""Sample types of the analysis, its sample rate, and reading a file as a loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

ANALYSIS_RATE_HZ = 44_100
"""All stems are resampled to this rate, so that the envelopes of several stems can be added."""


def looped(mono: F32, start: int, stop: int) -> F32:
    """Return samples `start` to `stop` of a file that is read as a loop.

    Parameters
    ----------
    mono : ndarray of float32, shape (samples,)
        The file, at least one sample.
    start, stop : int
        Positions in samples; both may lie outside the file.

    Returns
    -------
    ndarray of float32, shape (stop - start,)
        Positions before the file read its end, positions after it read its beginning.
    """
    return np.take(mono, np.arange(start, stop), mode="wrap")
