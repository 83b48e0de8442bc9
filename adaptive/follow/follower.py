"""Decides which tempo follows a runner: from readings of a cadence, from steps, or from both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from adaptive.follow.cadence import CadenceEstimator
from adaptive.follow.half_double import HalfDouble
from adaptive.follow.health import HealthNote, HealthNotes
from adaptive.follow.phase_lock import MOST_LEAD, MOST_MATCH, correction, phase_error_s
from adaptive.follow.rest import Rest
from adaptive.follow.settings import FollowSettings
from adaptive.follow.step_times import OLDEST_S, StepTimes, rate_of_deliveries
from adaptive.follow.step_tracker import StepFit, fit_steps

STEPS_LAST_S = 2.5
"""Steps are followed until none has come for so long, and as long as they came late."""

LATENESS_KEPT = 0.98
"""What is left, with each step, of the lateness of those before."""

DISAGREE, DISAGREE_S = 0.04, 5.0
"""Steps and readings that differ by more than this share, for so long, come from sensors that disagree.

Readings lag behind a change by some seconds.
"""

UNEVEN_S, SAME_AGE_S = 0.005, 0.0005
"""Times between steps that differ by less are even; those of two batches that differ by less are the same."""

BEYOND, BEYOND_S = 0.01, 5.0
"""A tempo that is asked for farther outside the range than this share, for so long, is told."""

SURE = 0.012
"""Steps that are delivered in batches set a tempo once its last values differ by less than this share."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What the music should do.

    Parameters
    ----------
    tempo_bpm : float or None
        The tempo to go to, within the limit of change; None: no tempo is asked for.
    cadence_spm : float or None
        The runner's cadence, as far as it is known.
    phase_error_s : float or None
        How late the beat is against the step; None: phase is not followed.
    follows : str
        What is followed: ``steps``, ``readings``, ``fallback``, ``target``, or ``nothing``.
    """

    tempo_bpm: float | None
    cadence_spm: float | None = None
    phase_error_s: float | None = None
    follows: str = "nothing"


class Follower:
    """Follows one runner.

    Parameters
    ----------
    settings : FollowSettings
        How.
    """

    def __init__(self, settings: FollowSettings) -> None:
        self.settings = settings
        self.readings = CadenceEstimator(
            settings.likely_spm, settings.half_double, settings.stale_after_s, least_spm=settings.least_spm
        )
        self._steps = StepTimes()
        self._fit: StepFit | None = None
        self._step_fold = HalfDouble(settings.likely_spm, settings.half_double)
        self._step_spm: float | None = None
        self._last_step_s, self._lateness_s, self._arrived_s = -math.inf, 0.0, -math.inf
        self._batch_spm: list[float] = []
        self._apart: list[float] = []
        self._disagrees_since = self._beyond_since = math.inf
        self._health = HealthNotes()
        self._rest = Rest()

    # ── what comes in ──────────────────────────────────────────────────────────────────────────

    def take_reading(self, at_s: float, spm: float) -> None:
        """Take a reading of the cadence, in steps a minute."""
        self.readings.take(at_s, spm)

    def take_step(self, at_s: float, now_s: float, is_timed: bool = True) -> None:
        """Take a step that happened at `at_s`; `is_timed`: that time is the step's own, not its arrival's."""
        if not self._steps.take(at_s, now_s, is_timed):
            if is_timed and not self._steps.is_in_time(at_s, now_s):
                text = (
                    f"steps: one {now_s - at_s:.4g} s old is left out; ages are seconds, at most {OLDEST_S:g}"
                )
                self._health.once(now_s, "age", text)
            return
        self._last_step_s = max(self._last_step_s, at_s)
        if now_s > self._arrived_s:  # once for a batch, however many steps it has
            self._arrived_s = now_s
            self._lateness_s *= LATENESS_KEPT
        # batches come as late as they are long
        self._lateness_s = max(now_s - at_s, self._lateness_s)
        if self._steps.is_batched:
            self._follow_batches(now_s)
            return
        self._health.end(now_s, "batches", "steps come one by one: their phase is followed")
        self._fit = fit_steps(self._steps.times)
        if self._fit is not None:
            self._step_spm = self._step_fold.fold(self._fit.spm)
            self._note_missed(now_s, self._fit)

    def repeats(self, ages_s: Sequence[float], now_s: float) -> bool:
        """Whether a batch of steps is the one before it, sent once more with the same ages.

        Steps that are as even as a clock may have the same ages twice.
        """
        apart = [before - after for before, after in pairwise(ages_s)]
        last, self._apart = self._apart, apart
        if len(apart) < 3 or len(apart) != len(last) or max(apart) - min(apart) < UNEVEN_S:
            return False
        is_same = all(abs(one - other) < SAME_AGE_S for one, other in zip(apart, last, strict=True))
        if is_same:
            self._health.once(now_s, "repeat", "steps: the same batch came twice; the second is left out")
        return is_same

    def forget_averages(self) -> None:
        """Begin new averages: a programme has gone on to another step."""
        self.readings.forget_average()

    def pop_notes(self) -> list[HealthNote]:
        """What is wrong with the sensors, since the last call."""
        return self.readings.health.pop() + self._health.pop()

    # ── what goes out ──────────────────────────────────────────────────────────────────────────

    def aim(self, now_s: float, beat_s: float | None = None) -> Aim:
        """The tempo to go to.

        Parameters
        ----------
        now_s : float
            The present.
        beat_s : float or None
            When a beat will be heard, any one of those to come; None: phase is not followed.
        """
        cadence = self.cadence(now_s)
        spm = cadence[0]
        if spm is None or self.settings.mode == "manual":
            return Aim(None, spm, None, "nothing")
        steps = self._steps_now(now_s)
        own_bpm = spm * self.settings.beats_per_step
        wanted_bpm = self._led(own_bpm)
        base_bpm, is_inside = self._within_range(wanted_bpm)
        self._note_range(now_s, wanted_bpm, base_bpm)
        error = None
        if steps is not None and is_inside and beat_s is not None and self.settings.follows_phase:
            error = self._phase_error(steps, beat_s)
            base_bpm = self._with_phase(base_bpm, own_bpm, error)
            self._rest.forget()
        else:
            base_bpm = self._rest.rested(base_bpm, self.readings.noise)
        return Aim(base_bpm, spm, error, cadence[1])

    def cadence(self, now_s: float) -> tuple[float | None, str]:
        """The runner's cadence in steps a minute, and what it was taken from."""
        readings = self.readings.now(now_s)
        if self._steps_now(now_s) is not None or self._has_batches(now_s):
            self._compare(now_s, readings.spm if not readings.is_silent else None)
            return self._step_spm, "steps"
        if readings.is_silent and not readings.is_standing and self.settings.fallback_spm is not None:
            return self.settings.fallback_spm, "fallback"
        if readings.spm is not None:
            return readings.spm, "readings"
        return self._step_spm, "steps" if self._step_spm is not None else "nothing"

    def next_step_after(self, at_s: float, now_s: float) -> float | None:
        """When the first step after a time is expected; None if steps are not followed."""
        steps = self._steps_now(now_s)
        return None if steps is None else steps.next_after(at_s)

    def is_standing(self, now_s: float) -> bool:
        """Whether the runner stands: zeros have lasted, or steps have ceased and no reading denies it."""
        readings = self.readings.now(now_s)
        if readings.is_standing:
            return True
        has_stepped = math.isfinite(self._last_step_s)
        has_ceased = now_s - self._last_step_s > self._steps_last_s + 1.5 * self._spacing()
        return has_stepped and has_ceased and (readings.spm is None or readings.is_silent)

    # ── steps ──────────────────────────────────────────────────────────────────────────────────

    def _spacing(self) -> float:
        """Time between deliveries that come in batches; 0 otherwise."""
        recent = self._steps.deliveries[-4:]
        if not self._batch_spm or len(recent) < 2:
            return 0.0
        return (recent[-1].at_s - recent[0].at_s) / (len(recent) - 1)

    @property
    def _steps_last_s(self) -> float:
        return STEPS_LAST_S + self._lateness_s

    def _steps_now(self, now_s: float) -> StepFit | None:
        if self._fit is None:
            return None
        if now_s - self._last_step_s > self._steps_last_s:
            text = f"steps: none for {self._steps_last_s:.1f} s; the tempo stays"
            self._health.begin(now_s, "steps", text)
            self._fit = None
            self._steps.forget()
            return None
        self._health.end(now_s, "steps", "steps: they come again")
        return self._fit

    def _has_batches(self, now_s: float) -> bool:
        return bool(self._batch_spm) and now_s - self._last_step_s <= STEPS_LAST_S + 2.0 * self._spacing()

    def _follow_batches(self, now_s: float) -> None:
        """Follow the tempo of steps that come several at once and without times; their phase is unknown."""
        self._fit = None
        text = "steps come several at once and without times: the tempo follows them, the phase does not"
        self._health.begin(now_s, "batches", text)
        rate = rate_of_deliveries(self._steps.deliveries[:-1])  # the last one may not be complete
        if rate is None:
            return
        self._batch_spm = [*self._batch_spm[-3:], self._step_fold.fold(rate)]
        low, high = min(self._batch_spm), max(self._batch_spm)
        if len(self._batch_spm) >= 3 and high / low - 1.0 <= SURE:
            self._step_spm = self._batch_spm[-1]

    def _note_missed(self, now_s: float, fit: StepFit) -> None:
        if fit.missed * 4 > fit.steps:
            text = "steps: more than one in four is not reported; the tempo holds between them"
            self._health.once(now_s, "missed", text)

    def _compare(self, now_s: float, readings_spm: float | None) -> None:
        """Note that steps and readings disagree; the steps are followed."""
        if readings_spm is None or self._step_spm is None:
            return
        ratio = readings_spm / self._step_spm
        nearest = min((1.0, 2.0, 0.5), key=lambda factor: abs(ratio / factor - 1.0))
        if abs(ratio / nearest - 1.0) <= DISAGREE:
            self._disagrees_since = math.inf
            self._health.end(now_s, "disagree", "the two sensors agree again")
            return
        self._disagrees_since = min(self._disagrees_since, now_s)
        if now_s - self._disagrees_since >= DISAGREE_S:
            text = (
                f"two sensors disagree: {self._step_spm:.0f} by steps, {readings_spm:.0f} by readings; "
                "the steps are followed"
            )
            self._health.begin(now_s, "disagree", text)

    # ── tempo ──────────────────────────────────────────────────────────────────────────────────

    def _led(self, own_bpm: float) -> float:
        """The tempo before phase: the runner's own, or the one to lead to, at most 3 % away."""
        goal = self.settings.lead_to_spm
        if self.settings.mode != "lead" or goal is None:
            return own_bpm
        low, high = own_bpm * (1.0 - MOST_LEAD), own_bpm * (1.0 + MOST_LEAD)
        return min(max(goal * self.settings.beats_per_step, low), high)

    def _within_range(self, tempo_bpm: float) -> tuple[float, bool]:
        low, high = self.settings.range_bpm
        if low <= tempo_bpm <= high:
            return tempo_bpm, True
        if self.settings.outside == "release":
            return self.settings.tempo_bpm, False
        return min(max(tempo_bpm, low), high), False

    def _note_range(self, now_s: float, wanted_bpm: float, played_bpm: float) -> None:
        """Note that the range ends before what the runner asks for."""
        low, high = self.settings.range_bpm
        if low <= wanted_bpm <= high:
            self._beyond_since = math.inf
            self._health.end(now_s, "range", "cadence: within range_bpm again")
        elif not low * (1.0 - BEYOND) <= wanted_bpm <= high * (1.0 + BEYOND):
            self._beyond_since = min(self._beyond_since, now_s)
        if now_s - self._beyond_since >= BEYOND_S:
            text = (
                f"cadence: asks for {wanted_bpm:.0f} BPM, beyond range_bpm of {low:g} to {high:g}; "
                f"{played_bpm:g} is played"
            )
            self._health.begin(now_s, "range", text)

    def _phase_error(self, steps: StepFit, beat_s: float) -> float:
        beat_period = steps.period_s / max(1.0, round(self.settings.beats_per_step * self._step_fold.factor))
        return phase_error_s(beat_s + self.settings.lead_ms / 1000.0, steps.phase_s, beat_period)

    def _with_phase(self, base_bpm: float, own_bpm: float, error: float) -> float:
        is_led = self.settings.mode == "lead"
        most = MOST_LEAD if is_led else MOST_MATCH
        tempo = base_bpm * (1.0 + correction(error, self.settings.change_per_s, most))
        if is_led:
            tempo = min(max(tempo, own_bpm * (1.0 - MOST_LEAD)), own_bpm * (1.0 + MOST_LEAD))
        low, high = self.settings.range_bpm
        return min(max(tempo, low), high)
