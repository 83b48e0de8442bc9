"""Plays a programme: which step it is in, which tempo it asks for, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from adaptive.follow.heart_rate import zone_limits
from adaptive.follow.programme import Programme, ProgrammeStep

ZONE_ACTS_S = 30.0
"""A zone moves the tempo at most so often: a heart follows an effort within about a minute."""

ZONE_DEAD_PER_MIN = 2.0
"""A heart rate outside its zone by less than this is inside."""

ZONE_SHARE = 0.02
"""A zone moves the tempo by this share at a time: less than is noticed, and enough to carry a runner."""

BACK_TO_START_S = 5.0
"""*Back* within so many seconds of a step's beginning goes to the step before."""


@dataclass(frozen=True, slots=True)
class ProgrammeState:
    """Where a programme is.

    Parameters
    ----------
    index : int
        Step, from 0; as many as there are steps: it has ended.
    elapsed_s : float
        Time of the step that has passed.
    is_paused : bool
        Whether it was paused by a message.
    is_waiting : bool
        Whether it waits because the runner stands.
    zone_bpm : float or None
        The tempo that a zone has arrived at.
    zone_acted_s : float
        When the zone moved it last, in seconds of the step.
    is_cued : bool
        Whether the change to come was told.
    """

    index: int = 0
    elapsed_s: float = 0.0
    is_paused: bool = False
    is_waiting: bool = False
    zone_bpm: float | None = None
    zone_acted_s: float = 0.0
    is_cued: bool = False


@dataclass(frozen=True, slots=True)
class ProgrammeNews:
    """What a programme tells: ``step``, ``cue``, ``waits``, ``goes on``, ``paused`` or ``ended``."""

    status: str
    content: dict[str, Any]


class ProgrammePlayer:
    """Moves through a programme.

    Parameters
    ----------
    programme : Programme
        What is played.
    beats_per_step : float
        Quarter notes for each step of the runner.
    range_bpm : (float, float)
        The tempi that the music may have: a target outside is clamped.
    """

    def __init__(self, programme: Programme, beats_per_step: float, range_bpm: tuple[float, float]) -> None:
        self.programme, self._beats_per_step, self._range = programme, beats_per_step, range_bpm
        self.state = ProgrammeState()
        self._waiting: list[ProgrammeNews] = []
        self._tell("step")

    @property
    def step(self) -> ProgrammeStep | None:
        """The present step; None when the programme has ended."""
        steps = self.programme.steps
        return steps[self.state.index] if self.state.index < len(steps) else None

    def pop_told(self) -> list[ProgrammeNews]:
        """What is to be told, since the last call."""
        told, self._waiting = self._waiting, []
        return told

    def advance(self, seconds: float, *, is_standing: bool = False) -> bool:
        """Let time pass; return whether another step has begun."""
        step = self.step
        if step is None or self.state.is_paused:
            return False
        if self._wait(is_standing and self.programme.waits):
            return False
        elapsed = self.state.elapsed_s + seconds
        if elapsed >= step.seconds - 1e-9:
            self._go_to(self.state.index + 1, max(0.0, elapsed - step.seconds))
            return True
        self.state = replace(self.state, elapsed_s=elapsed)
        if not self.state.is_cued and step.seconds - elapsed <= self.programme.cue_s < step.seconds:
            self.state = replace(self.state, is_cued=True)
            self._tell("cue")
        return False

    def target_bpm(self, tempo_bpm: float, heart_rate: float | None) -> float | None:
        """The tempo that the present step asks for; None if it has no target.

        Parameters
        ----------
        tempo_bpm : float
            The present tempo, from which a zone begins.
        heart_rate : float or None
            Beats a minute, if it is known.
        """
        step = self.step
        if step is None or not step.has_target:
            return None
        if step.tempo_bpm is not None:
            return self._within(step.tempo_bpm)
        if step.cadence_spm is not None:
            return self._within(step.cadence_spm * self._beats_per_step)
        return self._zone_target(step, tempo_bpm, heart_rate)

    def pause(self, is_paused: bool) -> None:
        """Let the time stand still, or go on."""
        if is_paused != self.state.is_paused:
            self.state = replace(self.state, is_paused=is_paused)
            self._tell("paused" if is_paused else "goes on")

    def skip(self) -> None:
        """Go to the next step."""
        if self.step is not None:
            self._go_to(self.state.index + 1, 0.0)

    def back(self) -> None:
        """Go to the beginning of the step, or within its first seconds to the step before."""
        is_early = self.state.elapsed_s < BACK_TO_START_S
        self._go_to(max(0, self.state.index - (1 if is_early else 0)), 0.0)

    def resume_at(self, index: int, elapsed_s: float, is_paused: bool) -> None:
        """Go on where a programme was saved.

        Raises
        ------
        ValueError
            The programme has no such place.
        """
        steps = self.programme.steps
        is_there = 0 <= index < len(steps) and 0.0 <= elapsed_s <= steps[index].seconds
        if not is_there and index != len(steps):
            raise ValueError(index)
        self.state = ProgrammeState(index, elapsed_s, is_paused)

    def as_json(self) -> dict[str, Any]:
        """Where it is, for the subscription ``programme``."""
        steps, step, index = self.programme.steps, self.step, self.state.index
        following = steps[index + 1] if index + 1 < len(steps) else None
        return {
            "name": self.programme.name,
            "step": min(index + 1, len(steps)),
            "of": len(steps),
            "progress": f"{min(index + 1, len(steps))} of {len(steps)}",
            "step_name": None if step is None else step.name,
            "target": None if step is None else step.words(),
            "left_s": None if step is None else round(step.seconds - self.state.elapsed_s, 2),
            "next": None if following is None else f"{following.name}: {following.words()}",
        }

    def _zone_target(self, step: ProgrammeStep, tempo_bpm: float, heart_rate: float | None) -> float:
        state = self.state
        if state.zone_bpm is None:
            state = replace(state, zone_bpm=self._within(tempo_bpm), zone_acted_s=state.elapsed_s)
        assert state.zone_bpm is not None
        if heart_rate is not None and state.elapsed_s - state.zone_acted_s >= ZONE_ACTS_S:
            assert step.zone is not None
            assert self.programme.max_heart_rate is not None
            low, high = zone_limits(step.zone, self.programme.max_heart_rate)
            change = 0.0
            if heart_rate < low - ZONE_DEAD_PER_MIN:
                change = ZONE_SHARE
            elif heart_rate > high + ZONE_DEAD_PER_MIN:
                change = -ZONE_SHARE
            moved = self._within(state.zone_bpm * (1.0 + change))
            state = replace(state, zone_bpm=moved, zone_acted_s=state.elapsed_s)
        self.state = state
        assert state.zone_bpm is not None
        return state.zone_bpm

    def _within(self, tempo_bpm: float) -> float:
        return min(max(tempo_bpm, self._range[0]), self._range[1])

    def _wait(self, must_wait: bool) -> bool:
        if must_wait != self.state.is_waiting:
            self.state = replace(self.state, is_waiting=must_wait)
            self._tell("waits" if must_wait else "goes on")
        return must_wait

    def _go_to(self, index: int, elapsed_s: float) -> None:
        self.state = ProgrammeState(index, elapsed_s, self.state.is_paused)
        self._tell("step" if self.step is not None else "ended")

    def _tell(self, status: str) -> None:
        self._waiting.append(ProgrammeNews(status, {"status": status, **self.as_json()}))
