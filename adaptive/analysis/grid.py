"""The beat grid of a file: the positions of its beats, and how well onsets fit them.

Period and phase are fitted to the onsets near beats by weighted least squares.  If the length of a loop is
known, it determines the tempo, and only the phase is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from adaptive.analysis.attack import weighted_median
from adaptive.analysis.onsets import Onsets
from adaptive.analysis.samples import F64

# Of 5260 hits that human drummers played near a beat (Groove MIDI), half lie within 10 ms of the beat, two
# thirds within 16 ms, nine tenths within 30 ms.
_TIMING_S = 0.012
_REACH_S = 0.035
# A beat that is found at most this long before the file begins is the beat on its first sample.
_EARLY_S = 0.012
# A loop that a person or a program cut to its bars has at most this error.
LOOP_TOLERANCE_S = 0.010
# A file that ends this near to its last bar line was rounded; playing trims or extends it.
ROUNDING_S = 0.0015


@dataclass(frozen=True)
class Rhythm:
    """A tempo, and the position of its first beat.

    Attributes
    ----------
    bpm : float
        Quarter notes per minute, 60 to 200.
    beat_s : float
        The position of the first beat in the file, in seconds; for a beat on the first sample it may be
        down to -0.012.
    error_bpm : float
        Standard error of `bpm` as estimated from the onsets; 0 if a length determines the tempo.
    confidence : float
        0 to 1: how well the onsets fit the tempo, times how far the score of the next-best tempo is below.
    rival_bpm : float
        The next-best tempo; 0 if there is none.
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


def pin(onsets: Onsets, rhythm: Rhythm, beats: int, length_s: float) -> Rhythm:
    """Return a rhythm whose tempo makes `length_s` exactly `beats` beats, with the phase fitted again."""
    bpm = tidy_bpm(60.0 * beats / length_s, length_s)
    beat_s = beat_phase(onsets, 60.0 / bpm, near_s=rhythm.beat_s)
    return replace(rhythm, bpm=bpm, beat_s=beat_s, error_bpm=0.0)


def tidy_bpm(bpm: float, length_s: float, tolerance_s: float = 0.0005) -> float:
    """Round a tempo to the fewest decimals that move the end of the file by at most `tolerance_s`.

    A whole number of BPM may move it by `ROUNDING_S`, which playing corrects.

    Examples
    --------
    >>> tidy_bpm(139.99995, 27.43)
    140.0
    >>> tidy_bpm(73.4999, 26.12)
    73.5
    """
    for decimals in range(4):
        rounded = round(bpm, decimals)
        allowed_s = max(tolerance_s, ROUNDING_S) if decimals == 0 else tolerance_s
        if abs(rounded / bpm - 1.0) * length_s <= allowed_s:
            return rounded
    return round(bpm, 4)


def whole_beats(length_s: float, bpm: float, tolerance_s: float = LOOP_TOLERANCE_S) -> int:
    """Return the number of beats in a length, or 0 if it is not a whole number within `tolerance_s`."""
    beats = round(length_s * bpm / 60.0)
    return beats if abs(beats * 60.0 / bpm - length_s) <= tolerance_s else 0


def on_beat(onsets: Onsets, rhythm: Rhythm) -> tuple[F64, F64]:
    """Find the strongest onset near each beat.

    Returns
    -------
    numbers, strengths : ndarray of float64
        The indices of beats counted from `beat_s`, ascending, and the strength of the onset there in dB.
        Beats without an onset within a sixth of a beat (at most 35 ms) are left out.
    """
    beats = np.round((onsets.times_s - rhythm.beat_s) / rhythm.period_s)
    off_s = np.abs(onsets.times_s - rhythm.beat_s - beats * rhythm.period_s)
    near = off_s <= min(_REACH_S, rhythm.period_s / 6.0)
    numbers, places = np.unique(beats[near], return_inverse=True)
    strengths = np.zeros(len(numbers))
    np.maximum.at(strengths, places, onsets.strengths[near])
    return numbers, strengths


def strong_beats(onsets: Onsets, rhythm: Rhythm) -> list[int]:
    """Return the indices of beats, counted from `beat_s`, that have a strong onset; never empty.

    An onset is strong if it has at least half of the median strength on beats; weaker ones are taken as
    pickups or ghost notes.
    """
    numbers, strengths = on_beat(onsets, rhythm)
    if not len(numbers):
        return [0]
    return [int(number) for number in numbers[strengths >= 0.5 * np.median(strengths)]]


def effective_count(weights: F64) -> float:
    """Return the effective number of weights (Kish): n for n equal weights, fewer for unequal ones."""
    return float(weights.sum() ** 2 / np.maximum((weights**2).sum(), 1e-12))


def fold(onsets: Onsets, period_s: float, at_s: F64) -> F64:
    """Return the summed onset strength at each phase of a period, with a Gaussian window of 12 ms."""
    off_s = np.remainder(onsets.times_s - at_s[:, None] + period_s / 2.0, period_s) - period_s / 2.0
    return np.asarray(np.exp(-0.5 * (off_s / _TIMING_S) ** 2) @ onsets.strengths)


def beat_phase(onsets: Onsets, period_s: float, near_s: float | None = None) -> float:
    """Return the position of the first beat: the mode of the onset phases, refined by their median.

    If `near_s` is given, only phases within a quarter of a period of it are tried.
    """
    phases_s = np.arange(480) / 480.0 * period_s
    if near_s is not None:
        phases_s = near_s + np.linspace(-0.25, 0.25, 241) * period_s
    folded = fold(onsets, period_s, phases_s)
    mode_s = phases_s[folded.argmax()]
    if near_s is None:
        mode_s = _first_strong_phase(onsets, period_s, phases_s, folded)
    off_s = np.remainder(onsets.times_s - mode_s + period_s / 2.0, period_s) - period_s / 2.0
    near = np.abs(off_s) <= 1.5 * _TIMING_S
    if near.any():
        median = weighted_median(off_s[near][None, :], onsets.strengths[near][None, :])
        mode_s = mode_s + median[0]
    return float(np.remainder(mode_s + _EARLY_S, period_s) - _EARLY_S)


def _first_strong_phase(onsets: Onsets, period_s: float, phases_s: F64, folded: F64) -> float:
    """Return the phase near the first strong onset, or the strongest phase if that is over 25 % stronger."""
    strong = onsets.strengths >= 0.5 * np.percentile(onsets.strengths, 90.0)
    first_s = float(onsets.times_s[strong][0])
    distance_s = np.remainder(phases_s - first_s + period_s / 2.0, period_s) - period_s / 2.0
    near = np.abs(distance_s) <= 1.5 * _TIMING_S
    best = float(phases_s[folded.argmax()])
    if not near.any() or folded[near].max() < 0.8 * folded.max():
        return best
    return float(phases_s[near][folded[near].argmax()])


def regress(onsets: Onsets, bpm: float) -> Rhythm:
    """Fit period and phase to the onsets near beats by iterated weighted least squares."""
    period_s = 60.0 / bpm
    beat_s = beat_phase(onsets, period_s)
    error_bpm = bpm * 0.005
    for _ in range(3):
        beats = np.round((onsets.times_s - beat_s) / period_s)
        off_s = onsets.times_s - beat_s - beats * period_s
        weights = onsets.strengths * (np.abs(off_s) <= min(_REACH_S, period_s / 6.0))
        # Tukey's biweight, which is zero from 36 ms on, keeps grace notes from moving the fit.
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
        variance = float(np.average(rest_s**2, weights=weights)) / effective_count(weights)
        beat_s += mean_s - slope_s * middle
        period_s += slope_s
        error_bpm = 60.0 / period_s**2 * float(np.sqrt(variance / spread))
    beat_s = beat_phase(onsets, period_s, near_s=beat_s)
    return Rhythm(60.0 / period_s, beat_s, error_bpm, 0.0)
