"""Heart rates: zones of a listener's own maximum, and readings that cannot be believed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from adaptive.follow.health import HealthNotes

ZONES = ((0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0))
"""The five zones that watches use, as shares of the maximum."""

LEAP_PER_MIN = 12.0
"""A heart does not beat so much faster from one reading to the next."""

LOWEST_PER_MIN, HIGHEST_PER_MIN = 30.0, 240.0
SILENT_S = 20.0
"""A heart rate older than this is not used."""


def zone_limits(zone: int, max_heart_rate: float) -> tuple[float, float]:
    """Lowest and highest heart rate of a zone, 1 to 5.

    Examples
    --------
    >>> zone_limits(2, 190)
    (114.0, 133.0)
    """
    low, high = ZONES[zone - 1]
    return low * max_heart_rate, high * max_heart_rate


@dataclass(frozen=True, slots=True)
class _Reading:
    at_s: float
    per_min: float


class HeartRate:
    """Keeps a heart rate that can be believed.

    The engine refuses what leaps onto the cadence, until it has left the cadence
    (`adaptive.kernel.leap_guard`): the last heart rate before it stays.  Any other leap has to be
    confirmed by a second reading.
    """

    def __init__(self) -> None:
        self.health = HealthNotes()
        self._level: _Reading | None = None
        self._candidate: float | None = None

    def take(self, at_s: float, per_min: float, is_refused: bool = False) -> None:
        """Take a reading, in beats a minute; `is_refused`: it is the cadence, and counts for nothing."""
        if not math.isfinite(per_min) or not LOWEST_PER_MIN <= per_min <= HIGHEST_PER_MIN:
            self.health.once(at_s, "heart_rate", f"heart rate: {per_min:g} is no reading; it is left out")
            return
        level = self._level
        is_leap = (
            level is not None
            and at_s - level.at_s <= SILENT_S
            and (abs(per_min - level.per_min) >= LEAP_PER_MIN)
        )
        if is_refused:
            text = f"heart rate: leapt onto the cadence ({per_min:.0f}); the last one before it is kept"
            self.health.begin(at_s, "leap", text)
            self._keep(at_s)
        elif is_leap and not self._is_confirmed(per_min):
            self._candidate = per_min
            self._keep(at_s)
        else:
            self._candidate = None
            self._level = _Reading(at_s, per_min)
            self.health.end(at_s, "leap", "heart rate: it has left the cadence")

    def now(self, now_s: float) -> float | None:
        """Beats a minute; None if none has been heard for `SILENT_S`."""
        if self._level is None or now_s - self._level.at_s > SILENT_S:
            return None
        return self._level.per_min

    def _is_confirmed(self, per_min: float) -> bool:
        return self._candidate is not None and abs(per_min - self._candidate) < LEAP_PER_MIN

    def _keep(self, at_s: float) -> None:
        if self._level is not None:
            self._level = _Reading(at_s, self._level.per_min)
