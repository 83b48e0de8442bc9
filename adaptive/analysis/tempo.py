"""Tempo and beat: how fast the music counts, and where in the file a beat lies.

Candidates come from the autocorrelation of the onset envelope, from the length of the file (a
loop is a whole number of bars) and from hints.  Each is sharpened on the onset times of the whole
file and scored; a prior centred on 120 BPM decides between a tempo and its half or double.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from adaptive.analysis.onsets import F64, FRAME_RATE_HZ, Onsets, weighted_median

LOWEST_BPM, HIGHEST_BPM = 60.0, 200.0
PRIOR_BPM = 120.0
# In octaves.  On 117 human drum performances (Groove MIDI, rendered) 0.7 found 83 % of the tempi,
# 0.5 and 1.0 two to five in a hundred fewer; what is left are halves and doubles.
_PRIOR_WIDTH = 0.7
# A bar that repeats says more than a beat that repeats: lags of 1, 2 and 4 beats.
_LAG_WEIGHTS = {1: 0.5, 2: 0.5, 4: 1.0}
_CANDIDATES = 8
_LOOP_BARS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64)

# Over the same drummers a third of the hits lie more than 12 ms off the grid.
_TIMING_S = 0.012
_REACH_S = 0.035
# A loop cut to the sample by a person's ear or a program is at most this far from its bars.
LOOP_TOLERANCE_S = 0.010

# Rayleigh's statistic of random onsets stays under 8.2 (noise, rain, pads) after the search over
# all tempi; the loosest of 40 human drummers reached 20, a lone distorted guitar 11.4.
_LEAST_PERIODICITY = 10.0
# Of a handful of onsets nearly all must be on the grid, and they must be blows, not ripples.
_LEAST_SHARE, _FEW_ONSETS = 0.7, 8.0
_LEAST_BLOW_DB, _LEAST_BLOW_OF_FEW_DB = 3.0, 6.0


@dataclass(frozen=True)
class Rhythm:
    """A tempo and where it counts.

    Attributes
    ----------
    bpm : float
        Quarter notes per minute, 60 to 200.
    beat_s : float
        Where in the file some beat lies, 0 to one beat.
    error_bpm : float
        Standard error of `bpm` as the onsets alone give it; 0 when a length pins the tempo.
    confidence : float
        0 to 1: how clearly the onsets keep time, times how far the next-best tempo is behind.
    rival_bpm : float
        The next-best tempo, 0 where there is none.
    """

    bpm: float
    beat_s: float
    error_bpm: float
    confidence: float
    rival_bpm: float = 0.0

    @property
    def period_s(self) -> float:
        """Length of a beat in seconds."""
        return 60.0 / self.bpm


def find_rhythm(
    onsets: Onsets, lengths_s: Sequence[float], hints_bpm: Sequence[float] = ()
) -> Rhythm | None:
    """Find tempo and beat of what begins in one section's files.

    Parameters
    ----------
    onsets : Onsets
        Of all stems together.
    lengths_s : sequence of float
        Length of each file.
    hints_bpm : sequence of float
        What names and chunks claim.  A hint is tried, and weighs a third more than its evidence;
        it is never believed against the onsets.

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
    if not scored or not _keeps_time(onsets, scored[0][1]):
        return None
    best_score, best_bpm = scored[0]
    rival_score, rival_bpm = next(
        ((score, bpm) for score, bpm in scored if abs(bpm / best_bpm - 1.0) > 0.03), (0.0, 0.0)
    )
    lead = 1.0 - max(rival_score, 0.0) / best_score if best_score > 0.0 else 0.0
    rhythm = _regress(onsets, best_bpm)
    confidence = float(np.sqrt(_share(onsets, best_bpm)) * min(1.0, 2.0 * lead))
    return replace(rhythm, confidence=confidence, rival_bpm=rival_bpm)


def pin(onsets: Onsets, rhythm: Rhythm, beats: int, length_s: float) -> Rhythm:
    """Let a length that is known to be `beats` long say the tempo, and find the beat anew."""
    bpm = tidy_bpm(60.0 * beats / length_s, length_s)
    beat_s = _beat_phase(onsets, 60.0 / bpm, near_s=rhythm.beat_s)
    return replace(rhythm, bpm=bpm, beat_s=beat_s, error_bpm=0.0)


def tidy_bpm(bpm: float, length_s: float, tolerance_s: float = 0.0005) -> float:
    """Round to as few decimals as keep the end of the file where it is.

    Examples
    --------
    >>> tidy_bpm(139.99995, 27.43)
    140.0
    >>> tidy_bpm(73.4999, 26.12)
    73.5
    """
    for decimals in range(4):
        rounded = round(bpm, decimals)
        if abs(rounded / bpm - 1.0) * length_s <= tolerance_s:
            return rounded
    return round(bpm, 4)


def whole_beats(length_s: float, bpm: float, tolerance_s: float = LOOP_TOLERANCE_S) -> int:
    """Count the beats of a length that is a whole number of them, else say 0."""
    beats = round(length_s * bpm / 60.0)
    return beats if abs(beats * 60.0 / bpm - length_s) <= tolerance_s else 0


def on_beat(onsets: Onsets, rhythm: Rhythm) -> tuple[F64, F64]:
    """Find the strongest onset near each beat.

    Returns
    -------
    numbers, strengths : ndarray of float64
        Beats counted from `beat_s`, ascending, and the strength there in dB; beats without an
        onset within a sixth of a beat (at most 35 ms) are left out.
    """
    beats = np.round((onsets.times_s - rhythm.beat_s) / rhythm.period_s)
    off_s = np.abs(onsets.times_s - rhythm.beat_s - beats * rhythm.period_s)
    near = off_s <= min(_REACH_S, rhythm.period_s / 6.0)
    numbers = np.unique(beats[near])
    strengths = [onsets.strengths[near & (beats == number)].max() for number in numbers]
    return numbers, np.array(strengths, dtype=np.float64)


def _has_blows(onsets: Onsets) -> bool:
    """Whether anything begins distinctly enough to count by: at least four times."""
    if len(onsets.times_s) < 4:
        return False
    is_few = _effective_count(onsets.strengths) < _FEW_ONSETS
    least_db = _LEAST_BLOW_OF_FEW_DB if is_few else _LEAST_BLOW_DB
    return float(np.percentile(onsets.strengths, 90.0)) >= least_db


def _effective_count(weights: F64) -> float:
    """How many equal weights would say as much as these."""
    return float(weights.sum() ** 2 / np.maximum((weights**2).sum(), 1e-12))


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


def _at(correlation: F64, beats: float, bpm: float) -> float:
    lag = beats * 60.0 / bpm * FRAME_RATE_HZ
    return float(np.interp(lag, np.arange(len(correlation)), correlation, right=0.0))


def _repetition(correlation: F64, bpm: float) -> float:
    """How much the music repeats after 1, 2 and 4 beats, weighted by the prior."""
    octaves = np.log2(bpm / PRIOR_BPM)
    prior = float(np.exp(-0.5 * (octaves / _PRIOR_WIDTH) ** 2))
    return prior * sum(
        weight * _at(correlation, beats, bpm) for beats, weight in _LAG_WEIGHTS.items()
    )


def _candidates(
    correlation: F64, lengths_s: Sequence[float], hints_bpm: Sequence[float]
) -> list[float]:
    """Tempi worth sharpening: peaks of repetition, whole-bar tempi of the files, hints."""
    # 600 steps over 1.7 octaves are 0.2 % apart, a tenth of what sharpening can correct.
    axis = np.geomspace(LOWEST_BPM, HIGHEST_BPM, 600)
    repetition = np.array([_repetition(correlation, float(bpm)) for bpm in axis])
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(repetition, 8, constant_values=-np.inf), 17
    )
    peaks = axis[windows.argmax(axis=1) == 8]
    peaks = peaks[np.argsort([-_repetition(correlation, float(bpm)) for bpm in peaks])]
    bars = [240.0 * count / length for length in set(lengths_s) for count in _LOOP_BARS]
    bars.sort(key=lambda bpm: -_repetition(correlation, bpm))
    guesses = [*peaks[:_CANDIDATES].tolist(), *bars, *hints_bpm]
    inside = [bpm for bpm in guesses if LOWEST_BPM <= bpm <= HIGHEST_BPM]
    return inside[: 2 * _CANDIDATES] + [bpm for bpm in hints_bpm if bpm in inside]


def _sharpen(onsets: Onsets, guess_bpm: float) -> float:
    """Move a tempo by up to 2 % to where beats, halves, thirds and quarters of it fit best."""
    times_s, weights = onsets.times_s, onsets.strengths
    span_s = max(float(times_s[-1] - times_s[0]), 1.0)
    # An eightieth of a turn over the whole file, at the fourth harmonic a twentieth.
    step_hz = 1.0 / (80.0 * span_s)
    reach = int(0.02 * guess_bpm / 60.0 / step_hz) + 1
    hz = guess_bpm / 60.0 + np.arange(-reach, reach + 1) * step_hz
    power = np.zeros(len(hz))
    for harmonic in (1, 2, 3, 4):
        power += np.abs(np.exp(2j * np.pi * harmonic * np.outer(hz, times_s)) @ weights) ** 2
    return float(60.0 * hz[power.argmax()])


def _periodicity(onsets: Onsets, bpm: float) -> float:
    """Rayleigh's statistic: 1 for random onsets, their number for perfect ones."""
    turns = np.outer((1.0, 2.0, 3.0, 4.0, 6.0, 8.0), onsets.times_s) * bpm / 60.0
    power = np.abs(np.exp(2j * np.pi * turns) @ onsets.strengths) ** 2
    return float(power.max() / (onsets.strengths**2).sum())


def _share(onsets: Onsets, bpm: float) -> float:
    return min(1.0, _periodicity(onsets, bpm) / _effective_count(onsets.strengths))


def _keeps_time(onsets: Onsets, bpm: float) -> bool:
    """Whether the onsets fit a tempo better than random ones would fit their best."""
    least = min(_LEAST_PERIODICITY, _LEAST_SHARE * _effective_count(onsets.strengths))
    return _periodicity(onsets, bpm) >= least


def _fold(onsets: Onsets, period_s: float, at_s: F64) -> F64:
    """Strength of what lies at the given phases of a period, within people's timing."""
    off_s = np.remainder(onsets.times_s - at_s[:, None] + period_s / 2.0, period_s) - period_s / 2.0
    return np.asarray(np.exp(-0.5 * (off_s / _TIMING_S) ** 2) @ onsets.strengths)


def _score(
    onsets: Onsets,
    correlation: F64,
    bpm: float,
    lengths_s: Sequence[float],
    hints_bpm: Sequence[float],
) -> float:
    score = _repetition(correlation, bpm) * _subdivision_factor(onsets, bpm)
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
    strongest = phases_s[_fold(onsets, period_s, phases_s).argmax()]
    parts = np.array([0.0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3])
    beat, half, early, late, third, two_thirds = _fold(
        onsets, period_s, strongest + parts * period_s
    )
    # Both thirds as strong as the beat, halves or quarters missing: straight notes counted in
    # threes.  A shuffle plays only the second third.
    straight = min(half, max(early, late))
    dotted = float(np.clip((min(third, two_thirds) - straight) / beat / 0.4 - 0.75, 0.0, 1.0))
    # A half as strong as the beat and nothing between: the half is the beat.
    is_half_speed = half > 0.85 * beat and max(early, late, third, two_thirds) < 0.15 * beat
    # Nothing on every second beat: two beats are one.
    alternate = _fold(onsets, 2.0 * period_s, strongest + np.array([0.0, 1.0]) * period_s)
    is_double_speed = alternate.min() < 0.15 * alternate.max()
    return (1.0 - 0.3 * dotted) * (0.6 if is_half_speed or is_double_speed else 1.0)


def _beat_phase(onsets: Onsets, period_s: float, near_s: float | None = None) -> float:
    """Find where the beat lies, 0 to one period: the mode of the onsets, then their median."""
    phases_s = np.arange(480) / 480.0 * period_s
    if near_s is not None:
        phases_s = near_s + np.linspace(-0.25, 0.25, 241) * period_s
    folded = _fold(onsets, period_s, phases_s)
    mode_s = phases_s[folded.argmax()]
    if near_s is None:
        mode_s = _first_blow_phase(onsets, period_s, phases_s, folded)
    off_s = np.remainder(onsets.times_s - mode_s + period_s / 2.0, period_s) - period_s / 2.0
    near = np.abs(off_s) <= 1.5 * _TIMING_S
    if near.any():
        median = weighted_median(off_s[near][None, :], onsets.strengths[near][None, :])
        mode_s = mode_s + median[0]
    return float(np.remainder(mode_s, period_s))


def _first_blow_phase(onsets: Onsets, period_s: float, phases_s: F64, folded: F64) -> float:
    """Of phases nearly as strong as the strongest, the one the first strong onset lies on."""
    strong = onsets.strengths >= 0.5 * np.percentile(onsets.strengths, 90.0)
    first_s = float(onsets.times_s[strong][0])
    turn = np.remainder(phases_s - first_s + period_s / 2.0, period_s) - period_s / 2.0
    there = np.abs(turn) <= 1.5 * _TIMING_S
    best = float(phases_s[folded.argmax()])
    if not there.any() or folded[there].max() < 0.8 * folded.max():
        return best
    return float(phases_s[there][folded[there].argmax()])


def _regress(onsets: Onsets, bpm: float) -> Rhythm:
    """Fit beats to the onsets near them by weighted least squares."""
    period_s = 60.0 / bpm
    beat_s = _beat_phase(onsets, period_s)
    error_bpm = bpm * 0.005
    for _ in range(3):
        beats = np.round((onsets.times_s - beat_s) / period_s)
        off_s = onsets.times_s - beat_s - beats * period_s
        weights = onsets.strengths * (np.abs(off_s) <= min(_REACH_S, period_s / 6.0))
        # Tukey's biweight at three timings: a grace note must not pull.
        weights = weights * np.clip(1.0 - (off_s / (3.0 * _TIMING_S)) ** 2, 0.0, 1.0) ** 2
        if np.count_nonzero(weights) < 3:
            break
        middle = np.average(beats, weights=weights)
        spread = np.average((beats - middle) ** 2, weights=weights)
        if spread < 1.0:
            break
        mean_s = float(np.average(off_s, weights=weights))
        slope_s = float(np.average((beats - middle) * off_s, weights=weights) / spread)
        rest_s = off_s - mean_s - slope_s * (beats - middle)
        variance = float(np.average(rest_s**2, weights=weights)) / _effective_count(weights)
        beat_s += mean_s - slope_s * middle
        period_s += slope_s
        error_bpm = 60.0 / period_s**2 * float(np.sqrt(variance / spread))
    beat_s = _beat_phase(onsets, period_s, near_s=beat_s)
    return Rhythm(60.0 / period_s, beat_s, error_bpm, 0.0)
