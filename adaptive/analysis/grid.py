"""The beat grid: where beats lie, how well onsets fit them, and how long a beat is.

Onsets near a beat are fitted by weighted least squares; where the length of a loop is known, it
says the tempo and only the phase is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from adaptive.analysis.attack import weighted_median
from adaptive.analysis.onsets import Onsets
from adaptive.analysis.samples import F64

# Of 5260 hits that human drummers played near a beat (Groove MIDI) half lie within 10 ms of it, two
# thirds within 16, nine in ten within 30.
_TIMING_S = 0.012
_REACH_S = 0.035
# A beat this little before the file begins is the beat on its first sample, found a bit early.
_EARLY_S = 0.012
# A loop cut to the sample by a person's ear or a program is at most this far from its bars.
LOOP_TOLERANCE_S = 0.010


@dataclass(frozen=True)
class Rhythm:
    """A tempo and where it counts.

    Attributes
    ----------
    bpm : float
        Quarter notes per minute, 60 to 200.
    beat_s : float
        The first beat of the file, in seconds; a beat on the first sample may come out up to
        12 ms early.
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


def pin(onsets: Onsets, rhythm: Rhythm, beats: int, length_s: float) -> Rhythm:
    """Let a length that is known to be `beats` long say the tempo, and find the beat anew."""
    bpm = tidy_bpm(60.0 * beats / length_s, length_s)
    beat_s = beat_phase(onsets, 60.0 / bpm, near_s=rhythm.beat_s)
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
    numbers, places = np.unique(beats[near], return_inverse=True)
    strengths = np.zeros(len(numbers))
    np.maximum.at(strengths, places, onsets.strengths[near])
    return numbers, strengths


def strong_beats(onsets: Onsets, rhythm: Rhythm) -> list[int]:
    """List the beats, counted from `beat_s`, that have a strong onset; never empty.

    Weaker than half of what the beats usually have, an onset is a pickup or a ghost.
    """
    numbers, strengths = on_beat(onsets, rhythm)
    if not len(numbers):
        return [0]
    return [int(number) for number in numbers[strengths >= 0.5 * np.median(strengths)]]


def effective_count(weights: F64) -> float:
    """How many equal weights would say as much as these."""
    return float(weights.sum() ** 2 / np.maximum((weights**2).sum(), 1e-12))


def fold(onsets: Onsets, period_s: float, at_s: F64) -> F64:
    """Strength of what lies at the given phases of a period, within people's timing."""
    off_s = np.remainder(onsets.times_s - at_s[:, None] + period_s / 2.0, period_s) - period_s / 2.0
    return np.asarray(np.exp(-0.5 * (off_s / _TIMING_S) ** 2) @ onsets.strengths)


def beat_phase(onsets: Onsets, period_s: float, near_s: float | None = None) -> float:
    """Find the first beat of the file: the mode of the onsets, then the median around it."""
    phases_s = np.arange(480) / 480.0 * period_s
    if near_s is not None:
        phases_s = near_s + np.linspace(-0.25, 0.25, 241) * period_s
    folded = fold(onsets, period_s, phases_s)
    mode_s = phases_s[folded.argmax()]
    if near_s is None:
        mode_s = _first_blow_phase(onsets, period_s, phases_s, folded)
    off_s = np.remainder(onsets.times_s - mode_s + period_s / 2.0, period_s) - period_s / 2.0
    near = np.abs(off_s) <= 1.5 * _TIMING_S
    if near.any():
        median = weighted_median(off_s[near][None, :], onsets.strengths[near][None, :])
        mode_s = mode_s + median[0]
    return float(np.remainder(mode_s + _EARLY_S, period_s) - _EARLY_S)


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


def regress(onsets: Onsets, bpm: float) -> Rhythm:
    """Fit beats to the onsets near them by weighted least squares."""
    period_s = 60.0 / bpm
    beat_s = beat_phase(onsets, period_s)
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
        variance = float(np.average(rest_s**2, weights=weights)) / effective_count(weights)
        beat_s += mean_s - slope_s * middle
        period_s += slope_s
        error_bpm = 60.0 / period_s**2 * float(np.sqrt(variance / spread))
    beat_s = beat_phase(onsets, period_s, near_s=beat_s)
    return Rhythm(60.0 / period_s, beat_s, error_bpm, 0.0)
