"""Power of a sound in bands of a third of an octave, frame by frame."""

from __future__ import annotations

from typing import Any

import numpy as np

F64 = np.ndarray[Any, np.dtype[np.float64]]

WINDOW, HOP = 4096, 2048
"""Frames of a window, and from one to the next."""

CENTRES_HZ: F64 = 1000.0 * 2.0 ** (np.arange(-13, 13) / 3.0)
"""Middle of each band: 50 Hz to 16 kHz."""

_PIECE = 64  # windows that are transformed at a time


def band_powers(audio: Any, sample_rate: int) -> F64:
    """Power in each band of a sound of shape (frames,): shape (windows, bands), up to one factor for all."""
    padded = np.pad(np.asarray(audio, np.float64), (0, max(0, WINDOW - len(audio))))
    views = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    spectrum = np.abs(np.fft.rfft(views * np.hanning(WINDOW), axis=1)) ** 2 / WINDOW**2
    hertz = np.fft.rfftfreq(WINDOW, 1.0 / sample_rate)
    half = 2.0 ** (1.0 / 6.0)
    edges = np.searchsorted(hertz, np.append(CENTRES_HZ / half, CENTRES_HZ[-1] * half))
    sums = np.concatenate([np.zeros((len(spectrum), 1)), np.cumsum(spectrum, axis=1)], axis=1)
    edges = np.minimum(edges, spectrum.shape[1])
    found: F64 = sums[:, edges[1:]] - sums[:, edges[:-1]]
    return found
