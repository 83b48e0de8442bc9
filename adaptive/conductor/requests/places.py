"""Messages about places in the music: forget where a section was left, restart, jump."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from adaptive.conductor.messages import ForgetPlace, Jump, Restart
from adaptive.conductor.planned_transition import TransitionRequest
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import Playlists
from adaptive.conductor.requests.tracker import RequestTracker
from adaptive.conductor.transitions.planner import JUMPING, TransitionPlanner
from adaptive.preset.model import DEFAULT_TRANSITION
from adaptive.preset.schema import TransitionTable
from adaptive.preset.segments import is_bridge

RESTART, JUMP = "restart", "jump"
"""Subjects of tracked requests."""


@dataclass(frozen=True, slots=True)
class PlaceState:
    """Jumps under way.

    Parameters
    ----------
    jumped : (str, str) or None
        The section that was jumped to, and what select wanted instead then: the section stays until select
        wants something else.
    jumping : str or None
        The section of a jump of this control step.
    """

    jumped: tuple[str, str] | None = None
    jumping: str | None = None


class PlaceRequests:
    """Handles `forget`, `restart` and `jump`.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    planner : TransitionPlanner
        Plans the transitions.
    playlists : Playlists
        Know which sections belong together, and where they were interrupted.
    tracker : RequestTracker
        Sends the receipts of transitions.
    cancel : callable
        Cancels planned transitions, with a reason, except so many.

    Attributes
    ----------
    state : PlaceState
        Jumps under way.
    """

    def __init__(
        self,
        playback: PlaybackState,
        planner: TransitionPlanner,
        playlists: Playlists,
        tracker: RequestTracker,
        cancel: Callable[[str, int], None],
    ) -> None:
        self.playback, self.planner, self.playlists = playback, planner, playlists
        self.tracker, self._cancel = tracker, cancel
        self.state = PlaceState()

    def fitting(self, state: PlaceState) -> PlaceState:
        """A jump to a section that the preset has, which a save or an edit may not have had."""
        sections, jumped = self.playback.preset.file.sections, state.jumped
        return PlaceState(jumped) if jumped is not None and jumped[0] in sections else PlaceState()

    def wanted(self, chosen: str) -> str:
        """The section that should play: what select has chosen, or the section that was jumped to."""
        if not self.playback.is_playing:
            self.state = PlaceState()
            return SILENCE
        if self.state.jumping is not None:
            self.state = PlaceState((self.state.jumping, chosen))
        if self.state.jumped is None:
            return chosen
        section, answer = self.state.jumped
        if chosen == answer and not self.playlists.is_within(section, chosen):
            return section
        self.state = PlaceState()
        return chosen

    # ── forget ─────────────────────────────────────────────────────────────────────────────────

    def forget(self, message: ForgetPlace) -> None:
        """Forget where a section, or every section of a playlist, was left."""
        playback, name = self.playback, message.name
        sections = [s for s in playback.preset.file.sections if self.playlists.is_within(s, name)]
        locked = self.planner.locked_count()
        if any(_returns(t.table, t.target.section, sections) for t in playback.transitions[:locked]):
            why = f"{name} is about to begin where it was left: it is too late"
            playback.receipt(message.id, "dropped", why)
            return
        if any(_returns(t.table, t.target.section, sections) for t in playback.transitions[locked:]):
            self._cancel(f"the place of {name} is forgotten", locked)
        is_known = [playback.forget_place(section) for section in sections]
        is_interrupted = self.playlists.forget(name)
        if not any(is_known) and not is_interrupted:
            playback.receipt(message.id, "merged", f"{name} has not been left")
            return
        reason = f"forget was asked for: {name} begins at its start the next time"
        playback.log_line("state", playback.now, reason, forgotten=name)
        playback.receipt(message.id, "accepted", reason)
        playback.receipt(message.id, "finished", "forgotten")

    # ── restart ────────────────────────────────────────────────────────────────────────────────

    def restart(self, message: Restart) -> None:
        """Plan the present section again, from its start."""
        playback, section = self.playback, self.playback.instance.section
        request = playback.transitions[-1].request if playback.transitions else None
        if request is not None and request.kind == RESTART:
            playback.receipt(message.id, "merged", f"{section} is about to begin again already")
            return
        why = self._no_restart(request)
        if why:
            self._drop(message.id, RESTART, why)
            return
        self._cancel(f"{section} begins again", 0)
        found = playback.preset.written_transition(section, section, wildcard=())
        rule = DEFAULT_TRANSITION if found is None else msgspec.structs.replace(found, enter_at="start")
        self.planner.plan(TransitionRequest(section, "restart was asked for", rule, kind=RESTART))
        self.tracker.open_planned(message.id, RESTART, f"restart of {section}")

    def _no_restart(self, request: TransitionRequest | None) -> str:
        """Why the present section cannot begin again; empty if it can."""
        playback, section = self.playback, self.playback.instance.section
        if not playback.is_playing or section == SILENCE:
            return "nothing plays"
        if self.planner.locked_count() or is_bridge(section):
            return f"{playback.destination.section or 'another section'} is about to begin"
        if request is not None and not request.is_advance:
            return f"{section} is about to be left for {request.section or 'silence'}"
        return ""

    # ── jump ───────────────────────────────────────────────────────────────────────────────────

    def jump(self, message: Jump) -> None:
        """Plan a transition to a bar of a section."""
        playback, section = self.playback, message.section
        why = self._no_jump(message)
        if why:
            self._drop(message.id, JUMP, why)
            return
        locked = self.planner.locked_count()
        self._cancel(f"a jump to {section} was asked for", locked)
        beats = float((message.bar - 1) * playback.preset.segments[section].beats_per_bar)
        is_from_bridge = is_bridge(playback.destination.section)
        reason = f"jump to {section}, bar {message.bar}, was asked for"
        self.planner.plan(
            TransitionRequest(section, reason, JUMPING, is_from_bridge, enter_beat=beats, kind=JUMP)
        )
        self.state = replace(self.state, jumping=section)
        self.tracker.open_planned(message.id, JUMP, f"jump to {section}, bar {message.bar}")

    def _no_jump(self, message: Jump) -> str:
        """Why a jump is not possible; empty if it is."""
        playback, section = self.playback, message.section
        if section not in playback.preset.file.sections:
            return f"there is no section {section!r}"
        if not playback.is_playing:
            return "the music is stopped"
        bars = -(-playback.length_of(section) // playback.preset.segments[section].beats_per_bar)
        if message.bar > bars:
            return f"{section} has {bars} bars"
        locked = self.planner.locked_count()
        if locked and not is_bridge(playback.transitions[locked - 1].target.section):
            return f"{playback.transitions[locked - 1].target.section or 'silence'} is about to begin"
        return ""

    def _drop(self, message_id: str | None, what: str, why: str) -> None:
        self.playback.log_line("state", self.playback.now, why, dropped=what)
        self.playback.receipt(message_id, "dropped", why)


def _returns(rule: TransitionTable, target: str, sections: list[str]) -> bool:
    """Whether a rule enters one of these sections where it was left."""
    return target in sections and rule.enter_at == "last_position"
