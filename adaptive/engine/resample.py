"""Resamples audio: one-shots as they are, loops with what sounds before and after them."""

from __future__ import annotations

from math import floor, gcd
from typing import Any

import numpy as np
import soxr

from adaptive.engine.decode import Audio, Decoded

Positions = np.ndarray[Any, np.dtype[np.float64]]
Wide = np.ndarray[Any, np.dtype[np.float64]]

CONTEXT = 256
"""Frames, at the lower of two rates, that the resampler looks to either side; its filter has 120."""

TAPS = 48
"""Frames that a value between two frames is a sum of."""

_OFFSETS = np.arange(1 - TAPS // 2, TAPS // 2 + 1)


def resample(decoded: Decoded, sample_rate: int) -> Audio:
    """Return the audio at another rate, shape (channels, frames), as if silence lay around it."""
    if decoded.sample_rate == sample_rate:
        return decoded.audio
    made = soxr.resample(decoded.audio.T, decoded.sample_rate, sample_rate, quality="HQ")
    return np.ascontiguousarray(made.T, dtype=np.float32)


def context_frames(rate: int, new_rate: int) -> int:
    """Frames at `rate` that change what is heard beside them when they are resampled to `new_rate`."""
    return CONTEXT * max(1, -(-rate // new_rate))


def resample_within(before: Audio, audio: Audio, after: Audio, rate: int, new_rate: int) -> tuple[Audio, int]:
    """Resample audio with what sounds before and after it.

    Parameters
    ----------
    before, audio, after : ndarray of float32, shape (channels, frames)
        Three pieces that follow each other, at `rate`.
    rate, new_rate : int
        Frames per second before and after.

    Returns
    -------
    (ndarray, int)
        All three pieces at `new_rate`, and the frame of it where `audio` begins.
    """
    if rate == new_rate:
        return np.concatenate([before, audio, after], axis=1), before.shape[1]
    # Only a whole number of new frames before the audio keeps its first frame on a new frame.
    grid = rate // gcd(rate, new_rate)
    count = -(-before.shape[1] // grid) * grid
    padding = np.zeros((audio.shape[0], count - before.shape[1]), np.float32)
    whole = np.concatenate([padding, before, audio, after], axis=1)
    # "HQ" errs by -75 dB at 17 kHz from 48 to 44.1 kHz, "VHQ" by -89 dB, in a tenth more time.
    made = soxr.resample(whole.T, rate, new_rate, quality="VHQ")
    return np.ascontiguousarray(made.T, dtype=np.float32), count // grid * (new_rate // gcd(rate, new_rate))


def values_at(audio: Audio, positions: Positions) -> Audio:
    """Return the values between frames, by a windowed sinc; beyond its ends the audio is silent."""
    whole = np.floor(positions).astype(np.int64)
    weights = _weights(positions - whole)
    places = whole[:, None] + _OFFSETS[None, :]
    is_inside = (places >= 0) & (places < audio.shape[1])
    read = audio[:, np.clip(places, 0, audio.shape[1] - 1)].astype(np.float64) * (weights * is_inside)
    return np.asarray(read.sum(axis=2), np.float32)


def values_from(audio: Audio, first: float, frames: int) -> Wide:
    """Return `frames` values at `first`, `first` + 1 …, as `values_at` does, in a hundredth of its time."""
    whole = floor(first)
    begin, end = whole + int(_OFFSETS[0]), whole + int(_OFFSETS[-1]) + frames
    read = np.zeros((audio.shape[0], end - begin))
    inside = slice(max(0, begin), max(0, begin, min(end, audio.shape[1])))
    read[:, inside.start - begin : inside.stop - begin] = audio[:, inside]
    weights = _weights(np.array([first - whole]))[0]
    return np.array([np.correlate(row, weights, "valid") for row in read])


def _weights(fractions: Positions) -> Positions:
    """Return the weights of the frames around positions between two frames, shape (positions, TAPS)."""
    distance = _OFFSETS[None, :] - fractions[:, None]
    window = np.i0(9.0 * np.sqrt(np.clip(1.0 - (2.0 * distance / TAPS) ** 2, 0.0, None)))
    weights = np.sinc(distance) * window
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(weights, np.float64)
