"""Heart rates: zones of a listener's own maximum, and a reading that is really the cadence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from adaptive.follow.health import HealthNotes

ZONES = ((0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0))
"""The five zones that watches use, as shares of the maximum."""

LEAP_PER_MIN = 12.0
"""A heart does not beat so much faster from one reading to the next."""

ON_CADENCE = 0.03
"""An optical sensor that follows the arm instead of the pulse shows the cadence within this share."""

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

    A reading that leaps onto the cadence is left out until it has left the cadence: the last heart rate
    before it stays.  A heart rate that rises through the cadence step by step does not leap, and is kept.
    """

    def __init__(self) -> None:
        self.health = HealthNotes()
        self._level: _Reading | None = None
        self._is_locked = False
        self._candidate: float | None = None

    def take(self, at_s: float, per_min: float, cadence_spm: float | None) -> None:
        """Take a reading, in beats a minute; `cadence_spm` is the runner's cadence at that time."""
        if not math.isfinite(per_min) or not LOWEST_PER_MIN <= per_min <= HIGHEST_PER_MIN:
            self.health.once(at_s, "heart_rate", f"heart rate: {per_min:g} is no reading; it is left out")
            return
        is_on_cadence = (
            cadence_spm is not None
            and cadence_spm > 0.0
            and any(abs(per_min / (cadence_spm * share) - 1.0) <= ON_CADENCE for share in (1.0, 0.5))
        )
        level = self._level
        is_leap = (
            level is not None
            and at_s - level.at_s <= SILENT_S
            and (abs(per_min - level.per_min) >= LEAP_PER_MIN)
        )
        if (is_leap or self._is_locked) and is_on_cadence:
            self._is_locked = True
            text = f"heart rate: leapt onto the cadence ({per_min:.0f}); the last one before it is kept"
            self.health.begin(at_s, "leap", text)
            self._keep(at_s)
        elif is_leap and not self._is_confirmed(per_min):
            self._candidate = per_min
            self._keep(at_s)
        else:
            self._is_locked, self._candidate = False, None
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
