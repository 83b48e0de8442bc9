"""Integrated loudness of a recording, as defined in ITU-R BS.1770-4."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

Audio = np.ndarray[Any, np.dtype[np.float32]]

SILENT_LUFS = -70.0
"""The absolute gate of the standard: blocks below it are ignored."""

_BLOCK_S, _STEP_S, _RELATIVE_LU = 0.4, 0.1, -10.0
_OFFSET_LU = -0.691
_TRANSFORM, _WARM_UP_STEPS = 1 << 17, 2
# The two K-weighting filters of the standard at 48 kHz: a high shelf (effect of the head) and a high-pass.
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def integrated_lufs(audio: Audio, sample_rate: int = 48000) -> float:
    """Return the integrated loudness of a recording.

    Parameters
    ----------
    audio : ndarray of float32, shape (channels, frames)
        One or two channels at 48 kHz.
    sample_rate : int
        Must be 48000, because the filter coefficients are those for 48 kHz.

    Returns
    -------
    float
        Loudness in LUFS; `SILENT_LUFS` if no block passes the gates.

    Raises
    ------
    ValueError
        If the sample rate is not 48000.

    Notes
    -----
    K-weighting is applied in the frequency domain, to pieces of 2.7 s, whose transforms stay in the
    processor's cache.  A piece begins with 0.2 s of what is before it, because the response of the filters
    falls by 1,000 dB a second.

    References
    ----------
    ITU-R BS.1770-4, "Algorithms to measure audio programme loudness and true-peak audio level", 2015.
    """
    if sample_rate != 48000:
        message = f"loudness is measured at 48 kHz, not at {sample_rate} Hz"
        raise ValueError(message)
    block, step = round(_BLOCK_S * sample_rate), round(_STEP_S * sample_rate)
    power = np.concatenate([_powers(piece, block, step) for piece in _pieces(audio, block, step)])
    loud = power[_lufs(power) > SILENT_LUFS]
    if loud.size == 0:
        return SILENT_LUFS
    kept = loud[_lufs(loud) > _lufs(loud.mean()) + _RELATIVE_LU]
    return float(_lufs(kept.mean()))


def _pieces(audio: Audio, block: int, step: int) -> Iterator[np.ndarray[Any, np.dtype[np.float64]]]:
    """Yield the weighted audio in pieces; each but the last reaches so far that its last block is whole."""
    frames, warm_up = audio.shape[1], _WARM_UP_STEPS * step
    length = (_TRANSFORM - warm_up - block + step) // step * step
    for start in range(0, max(1, frames - block + step), length):
        before = min(start, warm_up)
        piece = audio[:, start - before : start + length + block - step]
        yield _weighted(piece)[:, before:]


def _powers(weighted: np.ndarray[Any, np.dtype[np.float64]], block: int, step: int) -> Any:
    """Return the mean power of each block of a piece."""
    energy = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=0))])
    starts = np.arange(0, max(1, weighted.shape[1] - block + 1), step)
    ends = np.minimum(starts + block, weighted.shape[1])
    return (energy[ends] - energy[starts]) / block


def _lufs(power: Any) -> Any:
    return _OFFSET_LU + 10.0 * np.log10(np.maximum(power, 1e-20))


def _weighted(audio: Audio) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Filter at most `_TRANSFORM` frames."""
    spectrum = np.fft.rfft(audio.astype(np.float64), _TRANSFORM, axis=1)
    spectrum *= _response(_TRANSFORM)
    found: np.ndarray[Any, np.dtype[np.float64]] = np.fft.irfft(spectrum, _TRANSFORM, axis=1)
    return found[:, : audio.shape[1]]


@lru_cache(maxsize=1)
def _response(frames: int) -> np.ndarray[Any, np.dtype[np.complex128]]:
    """Return the frequency response of the K-weighting for a transform of so many frames."""
    z = np.exp(-2j * np.pi * np.arange(frames // 2 + 1) / frames)
    response: np.ndarray[Any, np.dtype[np.complex128]] = np.ones_like(z)
    for (b0, b1, b2), (_, a1, a2) in (_SHELF, _HIGH_PASS):
        response *= (b0 + b1 * z + b2 * z * z) / (1.0 + a1 * z + a2 * z * z)
    return response
