"""Tempo and beat: how fast the music counts, and where in the file a beat lies.

Candidates come from the autocorrelation of the onset envelope, from the length of the file (a
loop is a whole number of bars) and from hints.  Each is sharpened on the onset times of the whole
file and scored; a prior centred on 120 BPM decides between a tempo and its half or double.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

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
# In octaves.  Of 117 human drum performances (Groove MIDI, rendered) 0.5 to 0.8 found the tempo of
# 94 to 97, and of 110 to 113 it or its half or double; 0.4 and 1.0 found it of 91 and 89.
_PRIOR_WIDTH = 0.7
# A bar that repeats says more than a beat that repeats: lags of 1, 2 and 4 beats.
_LAG_WEIGHTS = {1: 0.5, 2: 0.5, 4: 1.0}
_CANDIDATES = 8
_LOOP_BARS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64)

# Rayleigh's statistic of random onsets (noise, rain) stays under 8.6 after the search over all
# tempi; the loosest of the drummers reached 17, a lone distorted guitar 11.4.
_LEAST_PERIODICITY = 10.0
# Of a handful of onsets nearly all must be on the grid, and they must be blows, not ripples: those
# of noise and of pads with vibrato stay under 3 dB.
_LEAST_SHARE, _FEW_ONSETS = 0.7, 8.0
_LEAST_BLOW_DB, _LEAST_BLOW_OF_FEW_DB = 3.0, 6.0


def find_rhythm(onsets: Onsets, lengths_s: Sequence[float], hints_bpm: Sequence[float] = ()) -> Rhythm | None:
    """Find tempo and beat of what begins in one section's files.

    Parameters
    ----------
    onsets : Onsets
        Of all stems together.
    lengths_s : sequence of float
        Length of each file.
    hints_bpm : sequence of float
        What names and chunks claim.  A hint decides between a tempo and its half or double;
        otherwise it is tried like any other, weighs a third more than its evidence, and is never
        believed against the onsets.

    Returns
    -------
    Rhythm or None
        None if nothing keeps time.
    """
    if not _has_blows(onsets):
        return None
    correlation = _autocorrelation(onsets.envelope)
    scored = []
    for guess in _candidates(correlation, lengths_s, hints_bpm):
        bpm = _sharpen(onsets, guess)
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
    # 0 means that nothing was found.
    return replace(rhythm, confidence=max(confidence, 0.01), rival_bpm=rival_bpm)


def _as_counted(best_bpm: float, tried_bpm: list[float], hints_bpm: Sequence[float]) -> float:
    """Take half or double of a tempo where a hint does: who named it knows what a beat is."""
    for bpm in tried_bpm:
        is_octave = min(abs(bpm / best_bpm - 2.0), abs(best_bpm / bpm - 2.0)) < 0.01
        if is_octave and any(abs(hint / bpm - 1.0) < 0.01 for hint in hints_bpm):
            return bpm
    return best_bpm


def _has_blows(onsets: Onsets) -> bool:
    """Whether anything begins distinctly enough to count by: at least four times."""
    if len(onsets.times_s) < 4:
        return False
    is_few = effective_count(onsets.strengths) < _FEW_ONSETS
    least_db = _LEAST_BLOW_OF_FEW_DB if is_few else _LEAST_BLOW_DB
    return float(np.percentile(onsets.strengths, 90.0)) >= least_db


def _autocorrelation(envelope: F64) -> F64:
    """Autocorrelation of the smoothed envelope, 1 at lag 0, made fair to long lags."""
    # Gaussian of 4 frames (12 ms): as wide as people's timing, or true repeats would miss.
    kernel = np.exp(-0.5 * (np.arange(-12, 13) / 4.0) ** 2)
    # The root keeps one loud crash from deciding.
    smooth = np.convolve(np.sqrt(envelope), kernel / kernel.sum(), mode="same")
    smooth -= smooth.mean()
    frames = len(smooth)
    size = 1 << (2 * frames - 1).bit_length()
    products = np.fft.irfft(np.abs(np.fft.rfft(smooth, size)) ** 2, size)[:frames]
    # Beyond three quarters of the file too little overlaps to be scaled up.
    unbiased = products / np.maximum(frames - np.arange(frames), frames / 4.0)
    return np.asarray(unbiased / max(unbiased[0], 1e-12))


def _repetition(correlation: F64, bpm: F64) -> F64:
    """How much the music repeats after 1, 2 and 4 beats, weighted by the prior."""
    prior = np.exp(-0.5 * (np.log2(bpm / PRIOR_BPM) / _PRIOR_WIDTH) ** 2)
    lags = np.arange(len(correlation))
    repeats = np.zeros(len(bpm))
    for beats, weight in _LAG_WEIGHTS.items():
        lag = beats * 60.0 / bpm * FRAME_RATE_HZ
        repeats += weight * np.interp(lag, lags, correlation, right=0.0)
    return np.asarray(prior * repeats)


def _candidates(correlation: F64, lengths_s: Sequence[float], hints_bpm: Sequence[float]) -> list[float]:
    """Tempi worth sharpening: peaks of repetition, whole-bar tempi of the files, hints."""
    # 600 steps over 1.7 octaves are 0.2 % apart, a tenth of what sharpening can correct.
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
        # What is nearer than half of what sharpening corrects would come out the same.
        is_new = all(abs(bpm / other - 1.0) > 0.01 for other in distinct)
        if is_new and LOWEST_BPM <= bpm <= HIGHEST_BPM:
            distinct.append(bpm)
    return distinct


def _sharpen(onsets: Onsets, guess_bpm: float) -> float:
    """Move a tempo by up to 2 % to where beats, halves, thirds and quarters of it fit best."""
    times_s, weights = _strongest(onsets)
    span_s = max(float(times_s[-1] - times_s[0]), 1.0)
    # An eightieth of a turn over the whole file, at the fourth harmonic a twentieth.
    step_hz = 1.0 / (80.0 * span_s)
    reach = int(0.02 * guess_bpm / 60.0 / step_hz) + 1
    hz = guess_bpm / 60.0 + np.arange(-reach, reach + 1) * step_hz
    # 64 rows at a time: all at once would be a gigabyte for twenty minutes of music.
    rows = np.array_split(hz, len(hz) // 64 + 1)
    power = np.concatenate([_harmonic_power(times_s, weights, part) for part in rows])
    return float(60.0 * hz[power.argmax()])


def _strongest(onsets: Onsets, most: int = 1500) -> tuple[F64, F64]:
    """Times and strengths of the strongest onsets, in order of time."""
    keep = np.sort(np.argsort(-onsets.strengths, kind="stable")[:most])
    return onsets.times_s[keep], onsets.strengths[keep]


def _harmonic_power(times_s: F64, weights: F64, hz: F64) -> F64:
    """Sum of squared magnitudes at one to four times each frequency."""
    turn = np.exp(2j * np.pi * np.outer(hz, times_s))
    power = np.zeros(len(hz))
    harmonic = np.ones_like(turn)
    for _ in range(4):
        harmonic *= turn
        power += np.abs(harmonic @ weights) ** 2
    return power


def _periodicity(onsets: Onsets, bpm: float) -> float:
    """Rayleigh's statistic: 1 for random onsets, their number for perfect ones."""
    turns = np.outer((1.0, 2.0, 3.0, 4.0, 6.0, 8.0), onsets.times_s) * bpm / 60.0
    power = np.abs(np.exp(2j * np.pi * turns) @ onsets.strengths) ** 2
    return float(power.max() / (onsets.strengths**2).sum())


def _share(onsets: Onsets, bpm: float) -> float:
    return min(1.0, _periodicity(onsets, bpm) / effective_count(onsets.strengths))


def _keeps_time(onsets: Onsets, bpm: float) -> bool:
    """Whether the onsets fit a tempo better than random ones would fit their best."""
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
    # Halves of an off length are off too, so bars that are powers of two prove most.
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
    """Lower the score of a tempo whose beats are divided as no music divides them."""
    period_s = 60.0 / bpm
    phases_s = np.arange(240) / 240.0 * period_s
    strongest = phases_s[fold(onsets, period_s, phases_s).argmax()]
    parts = np.array([0.0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3])
    beat, half, early, late, third, two_thirds = fold(onsets, period_s, strongest + parts * period_s)
    # Both thirds as strong as the beat, halves or quarters missing: straight notes counted in
    # threes.  A shuffle plays only the second third.
    straight = min(half, max(early, late))
    dotted = float(np.clip((min(third, two_thirds) - straight) / beat / 0.4 - 0.75, 0.0, 1.0))
    # A half as strong as the beat and nothing between: the half is the beat.
    is_half_speed = half > 0.85 * beat and max(early, late, third, two_thirds) < 0.15 * beat
    # Nothing on every second beat: two beats are one.
    alternate = fold(onsets, 2.0 * period_s, strongest + np.array([0.0, 1.0]) * period_s)
    is_double_speed = alternate.min() < 0.15 * alternate.max()
    return (1.0 - 0.3 * dotted) * (0.6 if is_half_speed or is_double_speed else 1.0)
