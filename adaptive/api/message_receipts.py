"""The receipts of one message: what became of it, when it sounds, and waiting for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adaptive.session.joint_receipts import TERMINAL

POLL_S = 0.1
"""Longest wait without looking at Ctrl-C: on Windows a lock is not interrupted by it."""

FIRST_ANSWER_S = 0.25
"""Longest wait of `sounds_at` for the first receipt; a control step takes 5 ms."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something sounds.

    Parameters
    ----------
    frame : int
        Frame of the timeline.
    heard_frame : int
        Frame at which it reaches the speaker.
    position : str
        ``bar.beat.tick``.
    seconds : float
        Seconds of the timeline.
    """

    frame: int
    heard_frame: int
    position: str
    seconds: float


class MessageReceipts:
    """What became of a message: its receipts, in the order in which they came.

    `docs/protocol.md` lists what the statuses mean.  It may be read from any thread.

    Parameters
    ----------
    sample_rate : int
        Frames a second, to state `seconds`.
    refuse_waiting : callable
        Raises `CallbackError` in the thread of the session.
    is_answerable : callable
        Whether an answer can come now: the session plays, and is not paused.

    Attributes
    ----------
    all : list of dict
        The receipts as the protocol has them.
    """

    def __init__(
        self, sample_rate: int, refuse_waiting: Callable[[], None], is_answerable: Callable[[], bool]
    ) -> None:
        self._rate, self._refuse_waiting, self._is_answerable = sample_rate, refuse_waiting, is_answerable
        self.all: list[Mapping[str, Any]] = []
        self._changed = threading.Condition()

    def add(self, document: Mapping[str, Any]) -> None:
        """Take the next receipt; called in the thread of the session."""
        with self._changed:
            self.all.append(document)
            self._changed.notify_all()

    def end(self, reason: str) -> None:
        """The session has ended: nothing more will come."""
        if not self.is_done:
            self.add({"receipt": None, "status": "dropped", "reason": reason, "rule": None})

    @property
    def status(self) -> str:
        """The latest status, such as ``accepted``, ``started`` or ``dropped``; empty at first."""
        return str(self.all[-1]["status"]) if self.all else ""

    @property
    def reason(self) -> str:
        """Why, in one sentence: that of the latest receipt that gives a reason."""
        return next((str(one["reason"]) for one in reversed(self.all) if one["reason"]), "")

    @property
    def is_done(self) -> bool:
        """Whether the last receipt has come."""
        return self.status in TERMINAL

    @property
    def has_sounded(self) -> bool:
        """Whether it has begun to sound."""
        return any(one["status"] in {"started", "finished"} for one in self.all)

    @property
    def sounds_at(self) -> Moment | None:
        """When it sounds; None if it does not, or if that is not known yet.

        The first receipt comes within a control step, 5 ms; this waits for it, except in a callback.
        """
        self._wait_for_first()
        for one in reversed(self.all):
            if at := one.get("sounds_at"):
                seconds = at["frame"] / self._rate
                return Moment(at["frame"], at["heard_frame"], at["position"], seconds)
        return None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it sounds, or until it is clear that it will not.

        Parameters
        ----------
        seconds : float, optional
            Longest time to wait; left out: as long as it takes.

        Returns
        -------
        bool
            Whether it has begun to sound.

        Raises
        ------
        CallbackError
            It was called in a callback.
        """
        self._refuse_waiting()
        self._wait(lambda: self.has_sounded or self.is_done, seconds)
        return self.has_sounded

    def _wait_for_first(self) -> None:
        try:
            self._refuse_waiting()
        except Exception:
            return
        if not self.all and self._is_answerable():
            self._wait(lambda: bool(self.all), FIRST_ANSWER_S)

    def _wait(self, is_enough: Callable[[], bool], seconds: float | None) -> None:
        until = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            while not is_enough():
                left = POLL_S if until is None else min(POLL_S, until - time.monotonic())
                if left <= 0.0:
                    return
                self._changed.wait(left)

    def __repr__(self) -> str:
        return f"<receipts: {self.status or 'none yet'}{': ' + self.reason if self.reason else ''}>"
