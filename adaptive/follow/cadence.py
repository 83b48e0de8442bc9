"""Estimates a cadence from the readings of a sensor that leaves out, doubles, repeats and invents values.

What is done with each fault is listed in ``docs/tempo.md``.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass

from adaptive.follow.frozen_sensor import FrozenSensor
from adaptive.follow.half_double import IMPOSSIBLE_SPM, HalfDouble
from adaptive.follow.health import HealthNotes

STANDING_SPM = 30.0
"""Fewer steps a minute than this are none: the sensor counts a shift of weight."""

PER_SECOND = (0.6, 4.0)
"""Steps a second of one foot or of both."""

FASTEST_SPM = IMPOSSIBLE_SPM
"""More steps a minute are no reading: sprinters over 100 m reach 260 for seconds, runners never."""

ZERO_LASTS_S = 3.0
"""Zeros are a stop once they have lasted so long, and there were at least two."""

WINDOW_S = 8.0
"""Readings are averaged over this time, at least two of them."""

FEWEST = 2
"""Readings that are averaged even if they lie farther apart than `WINDOW_S`."""

STRANGE = 0.04
"""A reading farther from the average than this share must be confirmed by the next one."""

USUAL = 2.5
"""So many times the usual distance of readings from their average is not strange, and no change."""

TRUSTED = 0.12
"""A reading up to this share away is believed at once if the sensor is calm."""

TRUST_S, CALM_NOISE = 60.0, 0.008
"""A sensor is calm if it sent no stray value for this time, and its readings usually lie so near the average.

A foot pod that sends even numbers deviates by 1 %; each of its strays would be heard.
"""

CALM_READINGS = 6
FAST_S = 2.0
"""A sensor that sends at least so often has to confirm a reading that is far off twice."""

AGREE = 0.06
"""Two readings that differ by less than this share confirm one another."""

LEAST_NOISE = 0.006
"""Readings are whole numbers: 1 of 170."""

SILENT_SPACINGS = 2.5
"""A sensor is silent after so many of its own spacings, however short its `stale_after_s` is."""

FROZEN_S, FROZEN_READINGS = 120.0, 100
"""A value that stays the same for so long, and so often, although it is sent, may be frozen."""

CONFLICTS, CONFLICT_S, CONFLICT_SPREAD = 5, 30.0, 0.04
"""So many stray readings within this time, and within this share of one another, are a second sensor."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """What is known of a runner.

    Parameters
    ----------
    spm : float or None
        Steps a minute, both feet; while the runner stands or is not heard, the last one.  None: never heard.
    is_standing : bool
        Whether zeros have lasted.
    is_silent : bool
        Whether no reading has come for longer than the sensor's own spacing explains.
    """

    spm: float | None
    is_standing: bool = False
    is_silent: bool = False


class CadenceEstimator:
    """Averages readings without lagging behind a change.

    Parameters
    ----------
    likely : (float, float)
        The cadences that the music can follow, in steps a minute.
    half_double : bool
        Whether twice and half a cadence are the same runner; off where an input has a fixed factor.
    stale_after_s : float or None
        After this time without a reading the sensor is silent, or after `SILENT_SPACINGS` of its own spacings
        if that is longer.  None: never.
    name : str
        What the health notes call the sensor.
    least_spm : float
        The end of the parameter's range: a zero that was clamped arrives as this.
    """

    def __init__(
        self,
        likely: tuple[float, float],
        half_double: bool = True,
        stale_after_s: float | None = None,
        name: str = "cadence",
        least_spm: float = 0.0,
    ) -> None:
        self._fold = HalfDouble(likely, half_double)
        self._stale_after_s, self._name, self._least_spm = stale_after_s, name, least_spm
        self.health = HealthNotes()
        self._window: deque[tuple[float, float]] = deque(maxlen=64)
        self._recent: deque[float] = deque(maxlen=12)
        self._spacings: deque[float] = deque(maxlen=8)
        self._strays: deque[tuple[float, float]] = deque(maxlen=CONFLICTS)
        self._candidate: tuple[float, float] | None = None
        self._confirmed = 0
        self._level: float | None = None
        self._last_at = -math.inf
        self._last_value = math.nan
        self._same_since, self._same_count = -math.inf, 0
        self._frozen_sensor = FrozenSensor()
        self._zeros, self._zero_since = 0, 0.0
        self._is_standing = self._must_restart = False

    def now(self, now_s: float) -> Cadence:
        """What is known at a time; times do not decrease."""
        is_silent = now_s - self._last_at > self.silent_after_s
        if is_silent and self._level is not None and not self._is_standing:
            text = f"{self._name}: no reading for {now_s - self._last_at:.0f} s to follow"
            self.health.begin(now_s, "silent", text)
        return Cadence(self._level, self._is_standing, is_silent)

    @property
    def noise(self) -> float:
        """Usual distance of a reading from the average before it, as a share."""
        if len(self._recent) < 4:
            return LEAST_NOISE
        return max(LEAST_NOISE, statistics.fmean(abs(share) for share in self._recent))

    def believed(self, now_s: float) -> float | None:
        """The cadence by readings; None while the runner stands or is not heard."""
        known = self.now(now_s)
        return None if known.is_standing or known.is_silent else known.spm

    @property
    def silent_after_s(self) -> float:
        """Seconds without a reading after which the sensor is silent."""
        if self._stale_after_s is None:
            return math.inf
        spacing = statistics.median(self._spacings) if self._spacings else 0.0
        return max(self._stale_after_s, SILENT_SPACINGS * spacing)

    def forget_average(self) -> None:
        """Begin a new average with the next reading: a programme has gone on to another step."""
        self._must_restart = True

    def take(self, at_s: float, value: float) -> None:
        """Take a reading.

        Parameters
        ----------
        at_s : float
            When it was measured.
        value : float
            Steps a minute, both feet or one.
        """
        if not math.isfinite(value) or value < 0.0 or value > FASTEST_SPM:
            self.health.once(at_s, "impossible", f"{self._name}: {value:g} is no cadence; it is left out")
            return
        if at_s <= self._last_at:
            if at_s < self._last_at or value != self._last_value:
                self.health.once(at_s, "order", f"{self._name}: a reading is older than the one before it")
            return
        self._note_spacing(at_s)
        self._note_frozen(at_s, value)
        self._last_at, self._last_value = at_s, value
        if self._is_zero(value):
            self._take_zero(at_s, value)
            return
        if self._is_from_frozen_sensor(at_s, value):
            return
        self._end_zeros(at_s)
        self._take_value(at_s, self._fold.fold(value))

    # ── zeros, gaps, frozen values ─────────────────────────────────────────────────────────────

    def _note_spacing(self, at_s: float) -> None:
        spacing = at_s - self._last_at
        if spacing > max(self.silent_after_s, 10.0):
            if math.isfinite(self._last_at):
                self._restart()
                self.health.end(at_s, "silent", f"{self._name}: followed again after {spacing:.0f} s")
        else:
            self._spacings.append(spacing)
            self.health.end(at_s, "silent", f"{self._name}: followed again")

    def _note_frozen(self, at_s: float, value: float) -> None:
        if value != self._last_value or self._is_zero(value):
            self._same_since, self._same_count = at_s, 1
            self.health.end(at_s, "frozen", f"{self._name}: changes again")
            return
        self._same_count += 1
        if at_s - self._same_since >= FROZEN_S and self._same_count >= FROZEN_READINGS:
            text = f"{self._name}: {value:g} for {FROZEN_S:g} s although it is sent; it may be frozen"
            self.health.begin(at_s, "frozen", text)

    def _is_from_frozen_sensor(self, at_s: float, value: float) -> bool:
        frozen_before = self._frozen_sensor.value
        self._frozen_sensor.take(at_s, value)
        frozen = self._frozen_sensor.value
        if frozen is not None and frozen_before is None:
            self._restart()
            text = f"{self._name}: two sensors disagree; the one that always sends {frozen:g} is left out"
            self.health.begin(at_s, "frozen sensor", text)
        elif frozen is None and frozen_before is not None:
            self.health.end(at_s, "frozen sensor", f"{self._name}: {frozen_before:g} is sent no more")
        return value == frozen

    def _is_zero(self, value: float) -> bool:
        return value < STANDING_SPM or value <= self._least_spm

    def _take_zero(self, at_s: float, value: float) -> None:
        if self._zeros == 0:
            self._zero_since = at_s
        self._zeros += 1
        self._candidate = None
        if self._zeros >= 2 and at_s - self._zero_since >= ZERO_LASTS_S and not self._is_standing:
            self._is_standing = True
            self._restart()
            text = f"{self._name}: 0 for {ZERO_LASTS_S:g} s: the runner stands"
            if PER_SECOND[0] <= value <= PER_SECOND[1]:
                text = f"{self._name}: {value:g} is no cadence; steps a minute are expected, not a second"
            self.health.begin(at_s, "standing", text)

    def _end_zeros(self, at_s: float) -> None:
        if self._zeros and not self._is_standing:
            self.health.once(at_s, "zero", f"{self._name}: 0 between readings is no stop")
        self._zeros = 0
        if self._is_standing:
            self._is_standing = False
            self.health.end(at_s, "standing", f"{self._name}: the runner moves again")

    def _restart(self) -> None:
        """Average what comes from here on; the level stays until two readings agree."""
        self._must_restart = True
        self._fold.forget_last(self._level)
        self._candidate = None

    # ── the average ────────────────────────────────────────────────────────────────────────────

    def _take_value(self, at_s: float, value: float) -> None:
        if self._level is None:
            self._begin_at(at_s, value)
            return
        centre = self._mean()
        is_near = abs(value / centre - 1.0) <= max(STRANGE, USUAL * self.noise)
        if is_near and not self._must_restart:
            self._dismiss_candidate(at_s)
            self._add(at_s, value)
        elif self._is_confirmed(value, centre) or (is_near and self._must_restart):
            self._confirmed += 1
            if is_near or self._confirmed >= self._confirmations(value, centre):
                self._begin_at(at_s, value)
            else:
                self._candidate = (at_s, value)
        elif self._is_trusted(at_s, value, centre):
            self._candidate, self._confirmed = (at_s, value), 0
            self._level = value
        else:
            self._candidate, self._confirmed = (at_s, value), 0

    def _confirmations(self, value: float, centre: float) -> int:
        """How many further readings a strange one needs: a far one of a fast sensor two, any other one."""
        is_far = abs(value / centre - 1.0) > TRUSTED and not self._must_restart
        is_fast = bool(self._spacings) and statistics.median(self._spacings) <= FAST_S
        return 2 if is_far and is_fast else 1

    def _begin_at(self, at_s: float, value: float) -> None:
        self._window.clear()
        if self._candidate is not None and abs(value / self._candidate[1] - 1.0) <= LEAST_NOISE * 2.0:
            self._window.append(self._candidate)
        self._recent.clear()
        self._candidate, self._must_restart = None, False
        self._window.append((at_s, value))
        self._level = self._mean()

    def _is_confirmed(self, value: float, centre: float) -> bool:
        """Whether the reading before was strange too, in the same direction or at the same place."""
        if self._candidate is None:
            return False
        before = self._candidate[1]
        is_same_side = (value - centre) * (before - centre) > 0.0
        return is_same_side and (
            abs(value / before - 1.0) <= AGREE or abs(value - centre) > abs(before - centre)
        )

    def _is_trusted(self, at_s: float, value: float, centre: float) -> bool:
        is_calm = not self._strays or at_s - self._strays[-1][0] > TRUST_S
        is_calm = is_calm and len(self._recent) >= CALM_READINGS and self.noise <= CALM_NOISE
        return is_calm and not self._must_restart and abs(value / centre - 1.0) <= TRUSTED

    def _dismiss_candidate(self, at_s: float) -> None:
        if self._candidate is None:
            if self._strays and at_s - self._strays[-1][0] > TRUST_S:
                self.health.end(at_s, "conflict", f"{self._name}: the sensors agree again")
            return
        stray = self._candidate[1]
        self._candidate = None
        self._strays.append((at_s, stray))
        values = [value for _, value in self._strays]
        is_many = len(values) == CONFLICTS and at_s - self._strays[0][0] <= CONFLICT_S
        is_conflict = is_many and max(values) / min(values) - 1.0 <= CONFLICT_SPREAD
        if is_conflict:
            text = (
                f"{self._name}: two sensors disagree, {self._mean():.0f} and {stray:.0f}; the first is kept"
            )
            self.health.begin(at_s, "conflict", text)
        elif abs(stray / self._mean() - 1.0) > TRUSTED:
            self.health.once(at_s, "stray", f"{self._name}: {stray:.0f} for one reading is left out")

    def _add(self, at_s: float, value: float) -> None:
        """Add a reading that is near the average; after a change, average only what came since."""
        centre, noise = self._mean(), self.noise
        if self._window and self._recent:
            before = self._recent[-1]
            far = max(LEAST_NOISE, USUAL * noise)
            here = value / centre - 1.0
            if abs(here) > far and abs(before) > far and here * before > 0.0:
                last = self._window[-1]
                self._window.clear()
                self._window.append(last)
        self._recent.append(value / centre - 1.0)
        self._window.append((at_s, value))
        while len(self._window) > FEWEST and self._window[0][0] <= at_s - WINDOW_S:
            self._window.popleft()
        self._level = self._mean()

    def _mean(self) -> float:
        if not self._window:
            return self._level if self._level is not None else 0.0
        return statistics.fmean(value for _, value in self._window)
