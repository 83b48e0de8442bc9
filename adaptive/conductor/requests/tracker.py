"""Receipts of requests that take time: a state that turns the music, stop, play.

A request is *accepted*, perhaps *deferred*, *started* at the first seam it causes, *finished* when what it
asked for plays; or it is *superseded* on the way.  Whatever happens, a last word comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from adaptive.conductor.planned_transition import PlannedTransition
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance

TRANSPORT = "transport"
"""The subject of play and stop; a state's subject is its group."""


class Outcome(Enum):
    """What came of choosing a section in a tick."""

    SETTLED = "what plays, or is on its way, is what is wanted"
    PLANNED = "a seam has been planned"
    HELD = "the section that plays stays longer"
    LATE = "a section is about to begin; it is decided once it has"


@dataclass(slots=True)
class TrackedRequest:
    """A request that has not come to its end."""

    id: str
    subject: str
    word: str
    target: SegmentInstance | None = None
    transition: PlannedTransition | None = None
    last: PlannedTransition | None = None
    is_new: bool = True
    is_started: bool = False


class RequestTracker:
    """Follows requests to their end.

    Parameters
    ----------
    playback : PlaybackState
        What plays, what is planned, who takes receipts.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self.playback = playback
        self._open: list[TrackedRequest] = []

    def take_over(self, before: RequestTracker) -> None:
        """Keep following what has not come to its end."""
        self._open = before._open

    def open(self, message_id: str | None, subject: str, word: str) -> None:
        """Follow a request; an older one of the same subject is superseded."""
        for promise in [p for p in self._open if p.subject == subject]:
            self._end(promise, "superseded", f"{word} was asked for after it")
        if message_id is not None:
            self._open.append(TrackedRequest(message_id, subject, word))

    def settle(self, outcome: Outcome, reason: str) -> None:
        """Look at every request after a tick's section has been chosen."""
        for promise in list(self._open):
            if promise.target is None:
                self._look(promise, outcome, reason)
            else:
                self._follow(promise, reason)

    def _follow(self, promise: TrackedRequest, reason: str) -> None:
        """Follow a request whose way is planned."""
        playback, target = self.playback, promise.target
        assert target is not None  # the caller looks
        if (
            not promise.is_started
            and promise.transition is not None
            and playback.now >= promise.transition.frame
        ):
            promise.is_started = True
            self._say(promise, "started", f"{promise.word}: the turn has come")
        if playback.instance is target:
            promise.transition = promise.last
            self._end(promise, "finished", f"{playback.instance.section or 'silence'} plays")
        elif any(transition.target is target for transition in playback.transitions):
            return
        elif playback.transitions and playback.last.section == target.section:
            self._attach(promise)  # planned again: told again
            self._say(promise, "deferred", f"{promise.word}: it was planned anew")
        else:
            self._end(promise, "superseded", f"the turn was taken back: {reason or 'it is not wanted now'}")

    def _attach(self, promise: TrackedRequest) -> None:
        promise.transition, promise.last = self.playback.transitions[0], self.playback.transitions[-1]
        promise.target = promise.last.target

    def _look(self, promise: TrackedRequest, outcome: Outcome, reason: str) -> None:
        """Look at a request that has no seam: it gets one, waits, or is done."""
        was_new, promise.is_new = promise.is_new, False
        if promise.subject != TRANSPORT and not self.playback.is_playing:
            outcome = Outcome.SETTLED  # what is planned is silence, and not what a state asks for
        if outcome is Outcome.PLANNED:
            self._attach(promise)
            self._say(promise, "accepted" if was_new else "deferred", f"{promise.word}: {reason}")
        elif outcome is Outcome.SETTLED:
            if was_new:
                self._say(promise, "accepted", promise.word)
            self._end(promise, "finished", "it counts from this tick on, and turns nothing")
        elif was_new:
            self._say(promise, "accepted", promise.word)
            self._say(promise, "deferred", outcome.value)

    def _say(self, promise: TrackedRequest, status: str, reason: str) -> None:
        transition, playback = promise.transition, self.playback
        if transition is None:
            playback.receipt(promise.id, status, reason)
            return
        position = transition.target.position(transition.beat)
        playback.receipt(promise.id, status, reason, transition.frame, position, transition.rule)

    def _end(self, promise: TrackedRequest, status: str, reason: str) -> None:
        self._open.remove(promise)
        self._say(promise, status, reason)
