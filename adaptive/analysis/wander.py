"""Follows the beats of a recording that was played without a click, and says how far they wander.

The beats are found by dynamic programming: each lies on a strong onset, and about one beat behind the last.

References
----------
D. P. W. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36 (1), 2007.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adaptive.analysis.onsets import Onsets
from adaptive.analysis.samples import F64

GRID_HZ = 200.0
"""Beats are looked for at every 5 ms, and then moved to the onsets near them."""

_SMOOTHING_S = 0.012
# How much a beat that comes early or late costs against strong onsets; 400 lets a tempo change by 3 % in two
# beats where every beat is struck, and keeps to the pulse where some are not.
_TIGHTNESS = 400.0
_NEAR_S = 0.03
_AVERAGED = 8

EVEN_S = 0.02
"""Beats that stay so near to an even grid are on it: people who play to a click deviate by 10 to 30 ms, but
not for eight beats in a row."""

FEWEST_BEATS = 16
STRUCK, NEAR_BEAT_S = 0.7, 0.02
"""So many of the beats have an onset near them, or nothing is known: the beats of pads and of solo lines are
guesses."""


@dataclass(frozen=True)
class Wander:
    """How the beats of a recording lie.

    Attributes
    ----------
    beats_s : tuple of float
        Every beat, in seconds from the beginning of the file.
    bpm : float
        The tempo of the even grid that is nearest to them.
    stray_s : float
        How far beats lie off that grid, averaged over eight of them; the most.
    slowest_bpm, fastest_bpm : float
        The tempo of eight beats each.
    """

    beats_s: tuple[float, ...]
    bpm: float
    stray_s: float
    slowest_bpm: float
    fastest_bpm: float

    @property
    def is_even(self) -> bool:
        """Whether the beats are on a grid."""
        return self.stray_s <= EVEN_S


def follow_beats(onsets: Onsets, bpm: float) -> Wander | None:
    """Follow the beats of a recording.

    Parameters
    ----------
    onsets : Onsets
        Of all its files together.
    bpm : float
        About how fast it is.

    Returns
    -------
    Wander or None
        None if there are fewer than `FEWEST_BEATS` beats, or too few of them are struck.
    """
    if len(onsets.times_s) < FEWEST_BEATS:
        return None
    found = _beats(_curve(onsets), 60.0 / bpm)
    is_struck = np.array([np.abs(onsets.times_s - beat).min() <= NEAR_BEAT_S for beat in found], dtype=bool)
    if is_struck.sum() < max(FEWEST_BEATS, STRUCK * len(found)):
        return None
    struck = np.flatnonzero(is_struck)
    beats = _near_onsets(found[struck[0] : struck[-1] + 1], onsets)
    numbers = np.arange(len(beats))
    period, first = np.polyfit(numbers, beats, 1)
    window = np.ones(_AVERAGED) / _AVERAGED
    stray = np.convolve(beats - (first + period * numbers), window, mode="valid")
    spans = (beats[_AVERAGED:] - beats[:-_AVERAGED]) / _AVERAGED
    return Wander(
        tuple(float(beat) for beat in beats), float(60.0 / period), float(np.abs(stray).max()),
        float(60.0 / spans.max()), float(60.0 / spans.min()),
    )  # fmt: skip


def _curve(onsets: Onsets) -> F64:
    """The strength of onsets at each step of `GRID_HZ`, smooth, with a standard deviation of 1."""
    curve = np.zeros(int((onsets.times_s[-1] + 1.0) * GRID_HZ))
    places = np.clip(np.round(onsets.times_s * GRID_HZ).astype(np.int64), 0, len(curve) - 1)
    np.add.at(curve, places, np.sqrt(onsets.strengths))
    half = round(3.0 * _SMOOTHING_S * GRID_HZ)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / (_SMOOTHING_S * GRID_HZ)) ** 2)
    smooth = np.convolve(curve, kernel, mode="same")[: len(curve)]
    return np.asarray(smooth / max(float(smooth.std()), 1e-12), dtype=np.float64)


def _beats(curve: F64, period_s: float) -> F64:
    """The best row of beats, in seconds."""
    period = period_s * GRID_HZ
    lags = np.arange(round(0.6 * period), round(1.6 * period) + 1)
    costs = -_TIGHTNESS * np.log(lags / period) ** 2
    best, before = curve.copy(), np.full(len(curve), -1)
    for place in range(int(lags[-1]), len(curve)):
        earlier = best[place - lags] + costs
        number = int(earlier.argmax())
        if earlier[number] > 0.0:
            best[place] += earlier[number]
            before[place] = place - lags[number]
    place = len(curve) - 1 - int(best[::-1][: round(1.5 * period)].argmax())
    found: list[int] = []
    while place >= 0:
        found.append(place)
        place = int(before[place])
    return np.array(found[::-1]) / GRID_HZ


def _near_onsets(beats: F64, onsets: Onsets) -> F64:
    """Move each beat to the onsets within `_NEAR_S`, by their strength; one without any keeps its place."""
    moved = beats.copy()
    for number, beat in enumerate(beats):
        near = np.abs(onsets.times_s - beat) <= _NEAR_S
        weights = onsets.strengths[near]
        if weights.sum() > 0.0:
            moved[number] = float(onsets.times_s[near] @ weights / weights.sum())
    return moved
