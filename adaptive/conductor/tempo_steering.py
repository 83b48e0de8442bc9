"""Steers the tempo map to the tempo that a live source asks for: a runner, a programme.

A message comes before it, and a section's own tempo after it.  The tempo changes no faster than the source
allows, over seams too.  A steady source is steady: what differs by less than `SAME` is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.tempo.range import tempo_in
from adaptive.conductor.tempo.source import TempoSource, TempoTarget, first_target
from adaptive.conductor.transitions.planner import TransitionPlanner
from adaptive.kernel.layout import CONTROL_STEP_FRAMES

SAME = 2e-4
"""Share by which tempi differ that are the same: at 160, 0.03 bpm, or 1 ms in 14 beats."""

LARGE = 0.01
"""A change of this share is made at once; smaller ones every `PAUSE_STEPS`."""

PAUSE_STEPS = 32
"""Control steps between two small changes: 0.17 s.  Each writes the notes that are in the schedule again."""

TOLD = 0.04
"""Generators are told another tempo, and compose anew, once it differs by this share."""

LOGGED = 0.02
"""The tempo is logged when it has moved by this share."""


@dataclass(frozen=True, slots=True)
class TempoSteeringState:
    """What is under way.

    Parameters
    ----------
    goal_bpm : float or None
        The tempo that the tempo map leads to for a source; None: for none.
    source : str
        That source.
    max_change_per_s : float
        Its limit of change, which also holds on the way back to the section's own tempo.
    told_bpm, logged_bpm : float
        What generators know, and what the log says.
    changed_step : int
        Control step of the last change.
    """

    goal_bpm: float | None = None
    source: str = ""
    max_change_per_s: float = 0.02
    told_bpm: float = 0.0
    logged_bpm: float = 0.0
    changed_step: int = 0


class TempoSteering:
    """Steers the tempo map.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    planner : TransitionPlanner
        Changes the tempo map, and moves what is planned with it.

    Attributes
    ----------
    sources : tuple of TempoSource
        Who may ask, in the order of precedence.
    """

    def __init__(self, playback: PlaybackState, planner: TransitionPlanner) -> None:
        self.playback, self.planner = playback, planner
        self.sources: tuple[TempoSource, ...] = ()
        self.state = TempoSteeringState()

    def take_over(self, before: TempoSteering) -> None:
        """Continue after an edit."""
        self.state = before.state

    def begin(self, section: str) -> None:
        """Let the music begin in a section at the tempo that a source asks for already."""
        playback = self.playback
        target = first_target(self.sources, 0)
        if target is None or playback.tempo_wanted is not None:
            return
        goal = tempo_in(playback.preset, playback.assets.segments.get(section), target.tempo_bpm)
        playback.tempo_live = goal
        self.state = TempoSteeringState(goal, target.source, target.max_change_per_s, goal)
        self._log(goal, f"asked for by the {target.source}", 0)

    def step(self) -> None:
        """Ask the sources, and change the tempo map if they want another tempo; once a control step."""
        playback = self.playback
        target = first_target(self.sources, playback.now)
        if playback.tempo_wanted is not None or (target is None and self.state.goal_bpm is None):
            self._forget()
            return
        if self.planner.locked_count() or self.planner.has_begun():
            return  # after the seam: what leads to it would have to begin anew
        if target is None:
            self._let_go()
        else:
            self._steer(target)

    def _forget(self) -> None:
        """A message decides now, or nobody has asked."""
        if self.state.goal_bpm is not None:
            self.playback.tempo_live = None
            self.state = replace(self.state, goal_bpm=None)

    def _let_go(self) -> None:
        """Nobody asks any more: go back to the section's own tempo."""
        state = self.state
        self._forget()
        own = self.playback.tempo_in(self.playback.instance.section)
        self._change(own, state.max_change_per_s, own)
        self._log(own, f"the {state.source} asks for no tempo")

    def _steer(self, target: TempoTarget) -> None:
        playback, state = self.playback, self.state
        segment = playback.assets.segments.get(playback.instance.section)
        goal = tempo_in(playback.preset, segment, target.tempo_bpm)
        arrives = playback.tempo.last_tempo()
        off = abs(goal - arrives) / goal
        is_first = state.goal_bpm is None or state.source != target.source
        now_step = playback.now // CONTROL_STEP_FRAMES
        if not is_first and (off < SAME or (off < LARGE and now_step - state.changed_step < PAUSE_STEPS)):
            return
        is_told = not is_first and abs(goal - state.told_bpm) < TOLD * goal
        self.state = replace(
            state, goal_bpm=goal, source=target.source, max_change_per_s=target.max_change_per_s,
            told_bpm=state.told_bpm if is_told else goal, changed_step=now_step,
        )  # fmt: skip
        if is_first:
            playback.follow_tempo()
        playback.tempo_live = goal
        if off >= SAME:
            self._change(goal, target.max_change_per_s, self.state.told_bpm)
        if is_first or abs(goal - self.state.logged_bpm) > LOGGED * goal:
            self._log(goal, f"asked for by the {target.source}")

    def _change(self, goal_bpm: float, max_change_per_s: float, told_bpm: float) -> None:
        """Lead the tempo map to a tempo, within the limit of change; at once while nothing plays."""
        tempo = self.playback.tempo
        if self.playback.instance.section == SILENCE and not self.playback.transitions:
            self.planner.steer_tempo(goal_bpm, 0, told_bpm)
            return
        now = tempo.tempo_at(self.playback.earliest)
        seconds = abs(goal_bpm - now) / (min(goal_bpm, now) * max_change_per_s)
        self.planner.steer_tempo(goal_bpm, round(seconds * tempo.sample_rate), told_bpm)

    def _log(self, tempo_bpm: float, reason: str, frame: int | None = None) -> None:
        playback = self.playback
        self.state = replace(self.state, logged_bpm=tempo_bpm)
        at = playback.earliest if frame is None else frame
        playback.log_line("tempo", at, reason, status="set", tempo_bpm=round(tempo_bpm, 3))
