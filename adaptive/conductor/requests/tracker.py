"""Receipts of requests that take time: a state that turns the music, stop, play.

A request is *accepted*, perhaps *deferred*, *started* at the first seam it causes, *finished* when what it
asked for plays; or it is *superseded* on the way.  Whatever happens, a last word comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from adaptive.conductor.planned_transition import Seam
from adaptive.conductor.playback import Stage
from adaptive.conductor.segment_instance import Passage

TRANSPORT = "transport"
"""The subject of play and stop; a state's subject is its group."""


class Outcome(Enum):
    """What came of choosing a section in a tick."""

    SETTLED = "what plays, or is on its way, is what is wanted"
    PLANNED = "a seam has been planned"
    HELD = "the section that plays stays longer"
    LATE = "a section is about to begin; it is decided once it has"


@dataclass(slots=True)
class Promise:
    """A request that has not come to its end."""

    id: str
    subject: str
    word: str
    target: Passage | None = None
    seam: Seam | None = None
    last: Seam | None = None
    is_new: bool = True
    is_started: bool = False


class Promises:
    """Follows requests to their end.

    Parameters
    ----------
    stage : Stage
        What plays, what is planned, who takes receipts.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._open: list[Promise] = []

    def take_over(self, before: Promises) -> None:
        """Keep following what has not come to its end."""
        self._open = before._open

    def open(self, message_id: str | None, subject: str, word: str) -> None:
        """Follow a request; an older one of the same subject is superseded."""
        for promise in [p for p in self._open if p.subject == subject]:
            self._end(promise, "superseded", f"{word} was asked for after it")
        if message_id is not None:
            self._open.append(Promise(message_id, subject, word))

    def settle(self, outcome: Outcome, reason: str) -> None:
        """Look at every request after a tick's section has been chosen."""
        for promise in list(self._open):
            if promise.target is None:
                self._look(promise, outcome, reason)
            else:
                self._follow(promise, reason)

    def _follow(self, promise: Promise, reason: str) -> None:
        """Follow a request whose way is planned."""
        stage, target = self.stage, promise.target
        assert target is not None  # the caller looks
        if not promise.is_started and promise.seam is not None and stage.now >= promise.seam.frame:
            promise.is_started = True
            self._say(promise, "started", f"{promise.word}: the turn has come")
        if stage.passage is target:
            promise.seam = promise.last
            self._end(promise, "finished", f"{stage.passage.section or 'silence'} plays")
        elif any(seam.target is target for seam in stage.seams):
            return
        elif stage.seams and stage.last.section == target.section:
            self._attach(promise)  # planned again: told again
            self._say(promise, "deferred", f"{promise.word}: it was planned anew")
        else:
            self._end(promise, "superseded", f"the turn was taken back: {reason or 'it is not wanted now'}")

    def _attach(self, promise: Promise) -> None:
        promise.seam, promise.last = self.stage.seams[0], self.stage.seams[-1]
        promise.target = promise.last.target

    def _look(self, promise: Promise, outcome: Outcome, reason: str) -> None:
        """Look at a request that has no seam: it gets one, waits, or is done."""
        was_new, promise.is_new = promise.is_new, False
        if promise.subject != TRANSPORT and not self.stage.is_playing:
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

    def _say(self, promise: Promise, status: str, reason: str) -> None:
        seam, stage = promise.seam, self.stage
        if seam is None:
            stage.receipt(promise.id, status, reason)
            return
        position = seam.target.position(seam.beat)
        stage.receipt(promise.id, status, reason, seam.frame, position, seam.rule)

    def _end(self, promise: Promise, status: str, reason: str) -> None:
        self._open.remove(promise)
        self._say(promise, status, reason)
