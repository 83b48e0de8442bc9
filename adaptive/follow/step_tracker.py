"""Finds tempo and phase of steps, and predicts the next one.

An alpha-beta tracker (Kalata, *The tracking index*, IEEE Transactions on Aerospace and Electronic Systems 20,
1984) with a gain that falls with the number of steps since the last change, as in a growing straight-line
fit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SETTLED_STEPS = 12
"""Steps over which tempo is averaged once a runner is steady: `beta` is that of a line through so many."""

PHASE_GAIN = 0.75
"""Least share of a step's deviation by which the phase is corrected."""

CHANGE = 0.045
"""Two deviations in a row on the same side, each beyond this share of a period, are another tempo: 2 % of
jitter does that once in 2,500 steps, a change from 160 to 172 does it by its second step."""

EARLY = 0.35
"""A step that is early by more than this share of a period is none: a device that counts some steps twice, or
a second device, reports it."""

MOST_MISSED = 6
"""So many steps may be missing in a row: then the tracker begins anew."""

DOUBTFUL, RECENT, LATEST_BEGIN = 0.3, 14, 8
"""A fit that is worse than this is compared with those that begin at one of the steps from the fourteenth to
the eighth before the last: it began with a step whose time was wrong."""

LONGEST_PERIOD_S, SHORTEST_PERIOD_S = 1.6, 0.24
FEWEST_STEPS = 4
"""Steps after which tempo and phase are used."""


@dataclass(frozen=True, slots=True)
class StepFit:
    """Steps as a clock.

    Parameters
    ----------
    phase_s : float
        When the last step happened, smoothed.
    period_s : float
        Time between two steps.
    steps : int
        Steps since the tracker began anew.
    missed : int
        Steps that were not reported among them.
    deviation_s : float
        Usual distance of a step from where it was expected.
    """

    phase_s: float
    period_s: float
    steps: int
    missed: int
    deviation_s: float

    @property
    def spm(self) -> float:
        """Steps a minute."""
        return 60.0 / self.period_s

    def next_after(self, at_s: float) -> float:
        """Time of the first expected step after a time."""
        return self.phase_s + self.period_s * (math.floor((at_s - self.phase_s) / self.period_s) + 1.0)


def fit_steps(times: Sequence[float]) -> StepFit | None:
    """Fit a clock to the times of steps, ascending; None while there are too few for it."""
    tracker = _track(times, 0)
    if tracker is not None and tracker.doubt > DOUBTFUL:
        last = max(0, len(times) - LATEST_BEGIN)
        others = (_track(times, i) for i in range(max(0, len(times) - RECENT), last))
        found = [one for one in (tracker, *others) if one is not None and one.steps >= FEWEST_STEPS]
        tracker = min(found, key=lambda one: one.doubt, default=tracker)
    if tracker is None or tracker.steps < FEWEST_STEPS:
        return None
    return StepFit(tracker.phase_s, tracker.period_s, tracker.steps, tracker.missed, tracker.deviation_s)


def _track(times: Sequence[float], first: int) -> _Tracker | None:
    """Follow steps from one of them on."""
    tracker: _Tracker | None = None
    for i in range(first, len(times)):
        if tracker is None or not tracker.take(times[i]):
            tracker = _begin(times, i) if i > first else None
    return tracker


def _begin(times: Sequence[float], i: int) -> _Tracker | None:
    """Begin with two steps whose distance can be that of two steps."""
    if i == 0:
        return None
    period = times[i] - times[i - 1]
    return _Tracker(times[i], period) if SHORTEST_PERIOD_S <= period <= LONGEST_PERIOD_S else None


class _Tracker:
    def __init__(self, phase_s: float, period_s: float) -> None:
        self.phase_s, self.period_s = phase_s, period_s
        self.steps, self.missed, self.deviation_s = 2, 0, 0.0
        self._age = 2
        self._last_s = phase_s
        self._last_share = 0.0
        self._extra = 0

    @property
    def doubt(self) -> float:
        """How badly steps fit: their usual deviation, and half the share of those between two others."""
        return self.deviation_s / self.period_s + 0.5 * self._extra / (self._extra + self.steps)

    def take(self, at_s: float) -> bool:
        """Take a step; return False if the tracker has to begin anew with it."""
        count = round((at_s - self.phase_s) / self.period_s)
        if count > MOST_MISSED:
            return False
        deviation = at_s - (self.phase_s + count * self.period_s)
        if count < 1 or (count == 1 and deviation < -EARLY * self.period_s):
            self._extra += 1
            return True  # between two steps: not one of this runner's
        share = deviation / self.period_s
        is_change = abs(share) > CHANGE and abs(self._last_share) > CHANGE and share * self._last_share > 0.0
        if is_change and count == 1:
            self._follow_change(at_s)
        else:
            self._age = min(self._age + 1, SETTLED_STEPS)
            n = self._age
            alpha = max(PHASE_GAIN, 2.0 * (2.0 * n - 1.0) / (n * (n + 1.0)))
            beta = 6.0 / (n * (n + 1.0))
            self.phase_s += count * self.period_s + alpha * deviation
            self.period_s += beta * deviation / count
            self.deviation_s += 0.1 * (abs(deviation) - self.deviation_s)
        self._last_share = 0.0 if is_change else share
        self._last_s = at_s
        self.steps += 1
        self.missed += count - 1
        return SHORTEST_PERIOD_S <= self.period_s <= LONGEST_PERIOD_S

    def _follow_change(self, at_s: float) -> None:
        """Take the tempo of the last steps: the one before is an average of another tempo."""
        self.period_s = at_s - self._last_s
        self.phase_s = at_s
        self._age = 2
