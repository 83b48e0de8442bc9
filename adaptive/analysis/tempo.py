"""Estimates tempo and beat position from onsets.

Candidates come from the autocorrelation of the onset envelope, from the lengths of the files (a loop is a
whole number of bars) and from hints.  Each candidate is refined on the onset times of the whole file and
scored.  A prior centred on 120 BPM decides between a tempo and its half or double.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from adaptive.analysis.grid import (
    LOOP_TOLERANCE_S,
    Rhythm,
    effective_count,
    fold,
    regress,
    whole_beats,
)
from adaptive.analysis.onsets import FRAME_RATE_HZ, Onsets
from adaptive.analysis.samples import F64

LOWEST_BPM, HIGHEST_BPM = 60.0, 200.0
PRIOR_BPM = 120.0
# In octaves.  Of 117 human drum performances (Groove MIDI, rendered), widths of 0.5 to 0.8 gave the tempo of
# 94 to 97, and of 110 to 113 the tempo or its half or double; widths of 0.4 and 1.0 gave 91 and 89.
_PRIOR_WIDTH = 0.7
# Weights of the repetition after 1, 2 and 4 beats; a bar that repeats is stronger evidence than a beat.
_LAG_WEIGHTS = {1: 0.5, 2: 0.5, 4: 1.0}
_CANDIDATES = 8
_LOOP_BARS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64)

# The Rayleigh statistic of random onsets (noise, rain) is at most 8.6 after the search over all tempi.  The
# least regular drummer reached 17, a single distorted guitar 11.4.
_LEAST_PERIODICITY = 10.0
# If there are few onsets, 70 % of them must be on the grid, and they must be stronger than the ripples of
# noise and of pads with vibrato, which are below 3 dB.
_LEAST_SHARE, _FEW_ONSETS = 0.7, 8.0
_LEAST_STRENGTH_DB, _LEAST_STRENGTH_OF_FEW_DB = 3.0, 6.0


def find_rhythm(onsets: Onsets, lengths_s: Sequence[float], hints_bpm: Sequence[float] = ()) -> Rhythm | None:
    """Estimate the tempo and the beat of one section's files.

    Parameters
    ----------
    onsets : Onsets
        The onsets of all stems together.
    lengths_s : sequence of float
        The duration of each file, in seconds.
    hints_bpm : sequence of float
        The tempi that names and chunks state.  A hint decides between a tempo and its half or double.
        Otherwise it is one candidate among others, whose score is raised by a third; it cannot replace a
        tempo that fits the onsets better.

    Returns
    -------
    Rhythm or None
        None if the onsets fit no tempo.
    """
    if not _has_clear_onsets(onsets):
        return None
    correlation = _autocorrelation(onsets.envelope)
    scored = []
    for guess in _candidates(correlation, lengths_s, hints_bpm):
        bpm = _refined(onsets, guess)
        if LOWEST_BPM * 0.99 <= bpm <= HIGHEST_BPM * 1.01:
            scored.append((_score(onsets, correlation, bpm, lengths_s, hints_bpm), bpm))
    scored.sort(reverse=True)
    if not scored or scored[0][0] <= 0.0 or not _keeps_time(onsets, scored[0][1]):
        return None
    best_score, best_bpm = scored[0]
    rival_score, rival_bpm = next(
        ((score, bpm) for score, bpm in scored if abs(bpm / best_bpm - 1.0) > 0.03), (0.0, 0.0)
    )
    lead = 1.0 - max(rival_score, 0.0) / best_score
    confidence = float(np.sqrt(_share(onsets, best_bpm)) * min(1.0, 2.0 * lead))
    counted_bpm = _as_counted(best_bpm, [bpm for _, bpm in scored], hints_bpm)
    if counted_bpm != best_bpm:
        rival_bpm = best_bpm
    rhythm = regress(onsets, counted_bpm)
    # A confidence of 0 means that no rhythm was found.
    return replace(rhythm, confidence=max(confidence, 0.01), rival_bpm=rival_bpm)


def _as_counted(best_bpm: float, tried_bpm: list[float], hints_bpm: Sequence[float]) -> float:
    """Return half or double of a tempo if a hint states it, because the author knows what a beat is."""
    for bpm in tried_bpm:
        is_octave = min(abs(bpm / best_bpm - 2.0), abs(best_bpm / bpm - 2.0)) < 0.01
        if is_octave and any(abs(hint / bpm - 1.0) < 0.01 for hint in hints_bpm):
            return bpm
    return best_bpm


def _has_clear_onsets(onsets: Onsets) -> bool:
    """Return whether there are at least four onsets, and the strongest are clear enough to define a beat."""
    if len(onsets.times_s) < 4:
        return False
    is_few = effective_count(onsets.strengths) < _FEW_ONSETS
    least_db = _LEAST_STRENGTH_OF_FEW_DB if is_few else _LEAST_STRENGTH_DB
    return float(np.percentile(onsets.strengths, 90.0)) >= least_db


def _autocorrelation(envelope: F64) -> F64:
    """Return the autocorrelation of the smoothed envelope, 1 at lag 0, unbiased for long lags."""
    # A Gaussian of 4 frames (12 ms), the accuracy of human timing, so that repeated notes overlap.
    kernel = np.exp(-0.5 * (np.arange(-12, 13) / 4.0) ** 2)
    # The square root limits the influence of single loud onsets.
    smooth = np.convolve(np.sqrt(envelope), kernel / kernel.sum(), mode="same")
    smooth -= smooth.mean()
    frames = len(smooth)
    size = 1 << (2 * frames - 1).bit_length()
    products = np.fft.irfft(np.abs(np.fft.rfft(smooth, size)) ** 2, size)[:frames]
    # At lags beyond three quarters of the file the overlap is too short to be scaled up further.
    unbiased = products / np.maximum(frames - np.arange(frames), frames / 4.0)
    return np.asarray(unbiased / max(unbiased[0], 1e-12))


def _repetition(correlation: F64, bpm: F64) -> F64:
    """Return how much the music repeats after 1, 2 and 4 beats of each tempo, weighted by the prior."""
    prior = np.exp(-0.5 * (np.log2(bpm / PRIOR_BPM) / _PRIOR_WIDTH) ** 2)
    lags = np.arange(len(correlation))
    repeats = np.zeros(len(bpm))
    for beats, weight in _LAG_WEIGHTS.items():
        lag = beats * 60.0 / bpm * FRAME_RATE_HZ
        repeats += weight * np.interp(lag, lags, correlation, right=0.0)
    return np.asarray(prior * repeats)


def _candidates(correlation: F64, lengths_s: Sequence[float], hints_bpm: Sequence[float]) -> list[float]:
    """Return candidate tempi: peaks of repetition, tempi that make files whole bars, hints."""
    # 600 steps over 1.7 octaves are 0.2 % apart, a tenth of what `_refined` can correct.
    axis = np.geomspace(LOWEST_BPM, HIGHEST_BPM, 600)
    repetition = _repetition(correlation, axis)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(repetition, 8, constant_values=-np.inf), 17)
    peaks = axis[windows.argmax(axis=1) == 8]
    bars = np.array([240.0 * count / length for length in lengths_s for count in _LOOP_BARS])
    best = [
        tempi[np.argsort(-_repetition(correlation, tempi), kind="stable")][:_CANDIDATES].tolist()
        for tempi in (peaks, bars)
    ]
    guesses = [*best[0], *hints_bpm, *best[1]]
    distinct: list[float] = []
    for bpm in guesses:
        # Candidates within 1 % of each other would be refined to the same tempo.
        is_new = all(abs(bpm / other - 1.0) > 0.01 for other in distinct)
        if is_new and LOWEST_BPM <= bpm <= HIGHEST_BPM:
            distinct.append(bpm)
    return distinct


def _refined(onsets: Onsets, guess_bpm: float) -> float:
    """Move a tempo by up to 2 % to where its beats, halves, thirds and quarters fit the onsets best."""
    times_s, weights = _strongest(onsets)
    duration_s = max(float(times_s[-1] - times_s[0]), 1.0)
    # A step changes the phase over the whole file by 1/80 of a cycle, at the fourth harmonic by 1/20.
    step_hz = 1.0 / (80.0 * duration_s)
    reach = int(0.02 * guess_bpm / 60.0 / step_hz) + 1
    hz = guess_bpm / 60.0 + np.arange(-reach, reach + 1) * step_hz
    # In batches of 64 rows, because all at once would take 1 GB for twenty minutes of music.
    rows = np.array_split(hz, len(hz) // 64 + 1)
    power = np.concatenate([_harmonic_power(times_s, weights, part) for part in rows])
    return float(60.0 * hz[power.argmax()])


def _strongest(onsets: Onsets, most: int = 1500) -> tuple[F64, F64]:
    """Return times and strengths of the strongest onsets, in order of time."""
    keep = np.sort(np.argsort(-onsets.strengths, kind="stable")[:most])
    return onsets.times_s[keep], onsets.strengths[keep]


def _harmonic_power(times_s: F64, weights: F64, hz: F64) -> F64:
    """Return the sum of the squared magnitudes at one to four times each of equally spaced frequencies."""
    phasor = _phasors(times_s, hz)
    power = np.zeros(len(hz))
    harmonic = np.ones_like(phasor)
    for _ in range(4):
        harmonic *= phasor
        power += np.abs(harmonic @ weights) ** 2
    return power


def _phasors(times_s: F64, hz: F64) -> NDArray[np.complex128]:
    """Return ``exp(2 pi i f t)``, a row for each frequency, as products of two rows."""
    rows = np.empty((len(hz), len(times_s)), dtype=np.complex128)
    rows[0] = np.exp(2j * np.pi * hz[0] * times_s)
    turn = np.exp(2j * np.pi * (hz[-1] - hz[0]) / max(1, len(hz) - 1) * times_s)
    done = 1
    while done < len(hz):
        count = min(done, len(hz) - done)
        np.multiply(rows[:count], turn, out=rows[done : done + count])
        done, turn = done + count, turn * turn
    return rows


def _periodicity(onsets: Onsets, bpm: float) -> float:
    """Return the Rayleigh statistic: about 1 for random onsets, their number for perfectly regular ones."""
    cycles = np.outer((1.0, 2.0, 3.0, 4.0, 6.0, 8.0), onsets.times_s) * bpm / 60.0
    power = np.abs(np.exp(2j * np.pi * cycles) @ onsets.strengths) ** 2
    return float(power.max() / (onsets.strengths**2).sum())


def _share(onsets: Onsets, bpm: float) -> float:
    return min(1.0, _periodicity(onsets, bpm) / effective_count(onsets.strengths))


def _keeps_time(onsets: Onsets, bpm: float) -> bool:
    """Return whether the onsets fit a tempo better than random onsets would fit their best tempo."""
    least = min(_LEAST_PERIODICITY, _LEAST_SHARE * effective_count(onsets.strengths))
    return _periodicity(onsets, bpm) >= least


def _score(
    onsets: Onsets,
    correlation: F64,
    bpm: float,
    lengths_s: Sequence[float],
    hints_bpm: Sequence[float],
) -> float:
    score = float(_repetition(correlation, np.array([bpm]))[0]) * _subdivision_factor(onsets, bpm)
    # If a length is wrong, its halves are wrong too, so a power of two of bars is the strongest evidence.
    for length_s in lengths_s:
        beats = whole_beats(length_s, bpm, tolerance_s=max(LOOP_TOLERANCE_S, length_s * 4e-4))
        if beats and beats % 4 == 0:
            bars = beats // 4
            score *= 1.5 if bars & (bars - 1) == 0 else 1.3 if bars % 4 == 0 else 1.15
            break
    if any(abs(hint / bpm - 1.0) < 0.01 for hint in hints_bpm):
        score *= 1.33
    return score


def _subdivision_factor(onsets: Onsets, bpm: float) -> float:
    """Return a factor below 1 for a tempo whose beats are subdivided in a way that music rarely uses."""
    period_s = 60.0 / bpm
    phases_s = np.arange(240) / 240.0 * period_s
    strongest = phases_s[fold(onsets, period_s, phases_s).argmax()]
    parts = np.array([0.0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3])
    beat, half, early, late, third, two_thirds = fold(onsets, period_s, strongest + parts * period_s)
    # Both thirds are as strong as the beat, and halves or quarters are missing: straight notes, counted in
    # threes.  A shuffle has only the second third.
    straight = min(half, max(early, late))
    dotted = float(np.clip((min(third, two_thirds) - straight) / beat / 0.4 - 0.75, 0.0, 1.0))
    # The half is as strong as the beat, and nothing is between: the tempo is half of the true one.
    is_half_speed = half > 0.85 * beat and max(early, late, third, two_thirds) < 0.15 * beat
    # Every second beat has no onset: the tempo is double the true one.
    alternate = fold(onsets, 2.0 * period_s, strongest + np.array([0.0, 1.0]) * period_s)
    is_double_speed = alternate.min() < 0.15 * alternate.max()
    return (1.0 - 0.3 * dotted) * (0.6 if is_half_speed or is_double_speed else 1.0)
