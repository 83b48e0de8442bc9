"""Tracks requests that take time, namely states, stop and play, and creates their receipts.

A request is *accepted*, perhaps *deferred*, *started* at the first seam it causes, and *finished* when the
segment it asked for plays; or it is *superseded* before that.  Every request ends with one last receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from adaptive.conductor.planned_transition import PlannedTransition
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.timebase import BEAT_TOLERANCE

TRANSPORT = "transport"
"""Subject of play and stop; the subject of a state is its group."""


class Outcome(Enum):
    """Result of selecting a section in a control step; the value is the reason in receipts."""

    SETTLED = "what plays, or is on its way, is what is wanted"
    PLANNED = "a transition has been planned"
    HELD = "the section that plays stays longer"
    LATE = "a section is about to begin; the request is decided right after that"


@dataclass(frozen=True, slots=True)
class TrackedRequest:
    """A request that has not ended.

    Parameters
    ----------
    id : str
        Id of the message.
    subject : str
        State group, or `TRANSPORT`; a newer request with the same subject supersedes this one.
    label : str
        What was asked for, as receipts print it.
    target : SegmentInstance or None
        The planned segment that fulfils it; None: nothing is planned for it.
    transition, last : PlannedTransition or None
        First and last transition that lead to the target; they differ over a bridge.
    is_new : bool
        Whether it has not been looked at since it was opened.
    is_started : bool
        Whether the first seam has been reached.
    """

    id: str
    subject: str
    label: str
    target: SegmentInstance | None = None
    transition: PlannedTransition | None = None
    last: PlannedTransition | None = None
    is_new: bool = True
    is_started: bool = False


class RequestTracker:
    """Tracks requests to their end and creates their receipts.

    Parameters
    ----------
    playback : PlaybackState
        What plays and is planned; hands the receipts to the session.

    Attributes
    ----------
    state : tuple of TrackedRequest
        The requests that have not ended, in order of arrival.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self.playback = playback
        self.state: tuple[TrackedRequest, ...] = ()

    def open(self, message_id: str | None, subject: str, label: str) -> None:
        """Track a request; an older one of the same subject is superseded."""
        for request in [one for one in self.state if one.subject == subject]:
            self._end(request, "superseded", f"{label} was asked for after it")
        if message_id is not None:
            self.state = (*self.state, TrackedRequest(message_id, subject, label))

    def open_planned(self, message_id: str | None, subject: str, label: str) -> None:
        """Track a request whose transition is planned already; its first receipt tells when it sounds."""
        self.open(message_id, subject, label)
        if message_id is not None:
            request = self._attached(self._changed(self.state[-1], is_new=False))
            self._receipt(request, "accepted", label)

    def update(self, outcome: Outcome, reason: str) -> None:
        """Update every open request after the section of a control step has been selected."""
        for request in self.state:
            if request.target is None:
                self._update_unplanned(request, outcome, reason)
            else:
                self._update_planned(request, reason)

    def _update_planned(self, request: TrackedRequest, reason: str) -> None:
        """Update a request that has a planned transition."""
        playback, target = self.playback, request.target
        assert target is not None  # the caller has checked
        if (
            not request.is_started
            and request.transition is not None
            and playback.now >= request.transition.frame
        ):
            request = self._changed(request, is_started=True)
            self._receipt(request, "started", f"{request.label}: the transition begins")
        if playback.instance is target:
            request = self._changed(request, transition=request.last)
            self._end(request, "finished", f"{playback.instance.section or 'silence'} plays")
        elif any(transition.target is target for transition in playback.transitions):
            return
        elif playback.transitions and playback.destination.section == target.section:
            before = request.transition
            request = self._attached(request)
            if not self._has_only_moved(before, request.transition):
                self._receipt(request, "deferred", f"{request.label}: the transition was planned again")
        else:
            why = reason or "it is not wanted now"
            self._end(request, "superseded", f"the transition was cancelled: {why}")

    def _has_only_moved(self, before: PlannedTransition | None, now: PlannedTransition | None) -> bool:
        """Whether a live tempo has moved a transition, to another frame of the same beat."""
        if before is None or now is None or not now.is_moved:
            return False
        return abs(now.beat - before.beat) < BEAT_TOLERANCE

    def _changed(self, request: TrackedRequest, **changes: Any) -> TrackedRequest:
        """Replace a request by one that differs, and return that."""
        new = replace(request, **changes)
        self.state = tuple(new if one is request else one for one in self.state)
        return new

    def _attached(self, request: TrackedRequest) -> TrackedRequest:
        """Let a request wait for the transitions that are planned now; return it as it is then."""
        first, last = self.playback.transitions[0], self.playback.transitions[-1]
        return self._changed(request, transition=first, last=last, target=last.target)

    def _update_unplanned(self, request: TrackedRequest, outcome: Outcome, reason: str) -> None:
        """Update a request without a planned transition: it gets one, waits, or is finished."""
        was_new = request.is_new
        request = self._changed(request, is_new=False)
        if request.subject != TRANSPORT and not self.playback.is_playing:
            outcome = Outcome.SETTLED  # a planned transition leads to silence, not to what a state asks for
        if outcome is Outcome.PLANNED:
            request = self._attached(request)
            self._receipt(request, "accepted" if was_new else "deferred", f"{request.label}: {reason}")
        elif outcome is Outcome.SETTLED:
            if was_new:
                self._receipt(request, "accepted", request.label)
            self._end(request, "finished", "applied; no change of section was needed")
        elif was_new:
            self._receipt(request, "accepted", request.label)
            self._receipt(request, "deferred", outcome.value)

    def _receipt(self, request: TrackedRequest, status: str, reason: str) -> None:
        transition, playback = request.transition, self.playback
        if transition is None:
            playback.receipt(request.id, status, reason)
            return
        position = transition.target.position(transition.beat)
        playback.receipt(request.id, status, reason, transition.frame, position, transition.rule)

    def _end(self, request: TrackedRequest, status: str, reason: str) -> None:
        self.state = tuple(one for one in self.state if one is not request)
        self._receipt(request, status, reason)
