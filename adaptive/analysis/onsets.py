"""Finds onsets: the times at which sounds begin, to the millisecond, and their strengths.

A spectral flux on a coarse grid of frames detects onsets; `attack.refine` then gives their exact times.  The
file is read as a loop, so that a file that was cut while it sounded has no false onset at its ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adaptive.analysis.attack import refine
from adaptive.analysis.samples import ANALYSIS_RATE_HZ, F32, F64, looped

# 1024 samples are 23 ms: short enough to separate 32nd notes at 200 BPM (37 ms), long enough to separate a
# bass from a kick.  The hop of 2.9 ms only has to be shorter than the search window of the refinement.
_WINDOW = 1024
_HOP = 128
FRAME_RATE_HZ = ANALYSIS_RATE_HZ / _HOP

# Levels are clamped to this far below the loudest band, so that inaudible changes are not onsets.
_FLOOR_DB = -60.0
# The flux compares frames 4 hops (11.6 ms, half a window) apart: closer ones overlap too much.
_LAG = 4
# The window of a frame reaches 11.6 ms beyond its middle, so an onset on the first sample rises before
# frame 0.  The envelope therefore begins 8 frames (23 ms) before the file.
_LEAD = 8
_BANDS = 40
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 16_000.0
_CHUNK_FRAMES = 4096

# The least rise of an onset above its surroundings, as a mean over all bands.  Ripples of pads with vibrato
# reach 1.7 dB, those of noise 2.9 dB, clear hits 10 to 60 dB.  The softest notes of a distorted guitar are as
# weak as ripples, so ripples are kept, with little weight.
_THRESHOLD_DB = 1.5
_PEAK_HALF_WIDTH_S = 0.025
_SEAM_S = 0.005
_SURROUNDINGS_S = 0.15


@dataclass(frozen=True)
class Onsets:
    """The onsets of one file, or of several files that play together.

    Attributes
    ----------
    times_s : ndarray of float64, shape (onsets,)
        The time of each onset in seconds from the start of the file, ascending.
    strengths : ndarray of float64, shape (onsets,)
        The rise of each onset above its surroundings in dB, as a mean over the bands.
    envelope : ndarray of float64, shape (frames,)
        The same measure for every frame, at `FRAME_RATE_HZ`; zero where no sound begins.
    """

    times_s: F64
    strengths: F64
    envelope: F64


def find_onsets(mono: F32) -> Onsets:
    """Find the onsets of a file.

    Parameters
    ----------
    mono : ndarray of float32, shape (samples,)
        The file at `ANALYSIS_RATE_HZ`.

    Returns
    -------
    Onsets
        The times are those of the perceived attack, as defined by `attack.refine`.
    """
    envelope = onset_envelope(mono)
    peaks = _peaks(envelope)
    times_s = refine(mono, (peaks - _LEAD) / FRAME_RATE_HZ)
    order = np.argsort(times_s, kind="stable")
    # In a loop, an onset in the last 5 ms is the one at the beginning.
    order = order[times_s[order] < len(mono) / ANALYSIS_RATE_HZ - _SEAM_S]
    return Onsets(times_s[order], envelope[peaks][order], envelope)


def merge(tracks: list[Onsets]) -> Onsets:
    """Join the onsets of stems that play together: envelopes are added, onsets are pooled and sorted."""
    frames = max((len(track.envelope) for track in tracks), default=0)
    envelope = np.zeros(frames)
    for track in tracks:
        envelope[: len(track.envelope)] += track.envelope
    times_s = np.concatenate([track.times_s for track in tracks] or [np.zeros(0)])
    strengths = np.concatenate([track.strengths for track in tracks] or [np.zeros(0)])
    order = np.argsort(times_s, kind="stable")
    return Onsets(times_s[order], strengths[order], envelope)


def onset_envelope(mono: F32) -> F64:
    """Return the strength of onsets in each frame.

    Parameters
    ----------
    mono : ndarray of float32, shape (samples,)
        The file at `ANALYSIS_RATE_HZ`.

    Returns
    -------
    ndarray of float64, shape (frames,)
        The rise in dB, averaged over the bands, above the local median; never negative.  Frame 8 is at the
        first sample of the file.

    Notes
    -----
    The rise is the half-wave rectified difference of log band magnitudes.  Each band is compared with the
    maximum of itself and its neighbours `_LAG` frames before, which suppresses vibrato.

    References
    ----------
    S. Böck and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013.
    """
    levels_db = _band_levels_db(mono)
    before = np.maximum(levels_db, np.maximum(_shifted(levels_db, 1), _shifted(levels_db, -1)))
    rise_db = np.maximum(levels_db[_LAG:] - before[:-_LAG], 0.0).mean(axis=1, dtype=np.float64)
    # The rise from row i to row i + `_LAG` belongs to the frame in the middle between them.
    surroundings = _moving_median(rise_db, round(_SURROUNDINGS_S * FRAME_RATE_HZ))
    return np.asarray(np.maximum(rise_db - surroundings, 0.0))


def _band_levels_db(mono: F32) -> F32:
    """Return the log magnitudes of `_BANDS` bands, one row for each frame.

    The first row is `_LEAD + _LAG / 2` frames before the first sample.
    """
    filters = _filterbank()
    frames = len(mono) // _HOP + 1 + _LEAD + _LAG
    first = -(_LEAD + _LAG // 2) * _HOP - _WINDOW // 2
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    magnitudes = np.empty((frames, _BANDS), dtype=np.float32)
    for begin in range(0, frames, _CHUNK_FRAMES):
        count = min(_CHUNK_FRAMES, frames - begin)
        start = first + begin * _HOP
        samples = looped(mono, start, start + (count - 1) * _HOP + _WINDOW)
        view = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
        magnitudes[begin : begin + count] = np.abs(np.fft.rfft(view * window, axis=1)) @ filters
    loudest = max(float(magnitudes.max(initial=0.0)), 1e-12)
    floored = np.maximum(magnitudes / loudest, 10.0 ** (_FLOOR_DB / 20.0))
    return np.asarray(20.0 * np.log10(floored), dtype=np.float32)


def _filterbank() -> F32:
    """Return triangular filters on a logarithmic axis, each at least two bins wide, of equal area."""
    centres = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 2) / (ANALYSIS_RATE_HZ / _WINDOW)
    bins = np.arange(_WINDOW // 2 + 1)[:, None]
    left, middle, right = centres[:-2], centres[1:-1], centres[2:]
    rising = (bins - middle) / np.maximum(middle - left, 1.0) + 1.0
    falling = (middle - bins) / np.maximum(right - middle, 1.0) + 1.0
    triangles = np.clip(np.minimum(rising, falling), 0.0, None)
    return np.asarray(triangles / triangles.sum(axis=0), dtype=np.float32)


def _shifted(levels: F32, by: int) -> F32:
    """Return the level of each band's neighbour; the outermost band gets its own level."""
    index = np.clip(np.arange(levels.shape[1]) + by, 0, levels.shape[1] - 1)
    return levels[:, index]


def _moving_median(values: F64, half_width: int) -> F64:
    """Return the median over `half_width` frames on either side, computed at every 8th and interpolated."""
    padded = np.pad(values, half_width, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half_width + 1)[::8]
    at = np.arange(len(values))
    return np.interp(at, at[::8], np.median(windows, axis=1))


def _peaks(envelope: F64) -> NDArray[np.int64]:
    """Return the frames that are the maximum within 25 ms and reach the threshold."""
    reach = round(_PEAK_HALF_WIDTH_S * FRAME_RATE_HZ)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(envelope, reach), 2 * reach + 1)
    # argmax returns the first of equal frames, so equal neighbours give one peak.
    is_peak = (windows.argmax(axis=1) == reach) & (envelope >= _THRESHOLD_DB)
    return np.nonzero(is_peak)[0].astype(np.int64)
