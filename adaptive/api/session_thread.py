"""The thread in which a session plays, with an event loop of its own."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from adaptive.api.message_receipts import POLL_S
from adaptive.errors import CallbackError, EndedError, in_words
from adaptive.session.live import LiveSession

logger = logging.getLogger("adaptive")

ENDING_S = 5.0
"""Longest time that a sound card may take to stop before the thread is left behind."""

Answer = TypeVar("Answer")

RUNNING: set[SessionThread] = set()
"""Sessions that play: they are kept here, so that they live until they are stopped."""


class SessionThread:
    """Runs a session in a thread, and calls functions there.

    Parameters
    ----------
    live : LiveSession
        The session.
    at_end : callable
        Called in the thread when the session has ended, with the reason.

    Attributes
    ----------
    failure : Exception or None
        What ended the session, if it did not end as it was asked to.
    """

    def __init__(self, live: LiveSession, at_end: Callable[[str], None]) -> None:
        self.live, self._at_end = live, at_end
        self.failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gives_up_at = 0.0
        self._is_ready, self._has_ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="adaptive-session", daemon=True)

    # ── from any thread ────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Start, and return when the first frame is rendered.

        Raises
        ------
        MachineError
            The sound card does not start, or a port is taken.
        """
        RUNNING.add(self)
        self._thread.start()
        try:
            while not self._is_ready.wait(POLL_S):
                pass
        except BaseException:  # Ctrl-C
            self.stop("it was interrupted while it began")
            raise
        self.raise_failure()

    @property
    def is_here(self) -> bool:
        """Whether the caller runs in the thread of the session, as callbacks do."""
        return threading.get_ident() == self._thread.ident

    @property
    def is_running(self) -> bool:
        """Whether it plays."""
        return not self._has_ended.is_set()

    def refuse_waiting(self) -> None:
        """Raise `CallbackError` if the caller is a callback."""
        if self.is_here:
            message = "a callback must not wait for the music: it goes on only when the callback has returned"
            raise CallbackError(message)

    def post(self, function: Callable[[], object]) -> None:
        """Call a function in the thread of the session, soon.

        Raises
        ------
        EndedError
            The session has ended.
        """
        if self._loop is None or not self.is_running:
            raise EndedError(self.ended_words())
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:  # the loop was closed meanwhile
            raise EndedError(self.ended_words()) from None

    def ask(self, function: Callable[[], Answer]) -> Answer:
        """Call a function in the thread of the session, and return its answer; a few milliseconds."""
        if self.is_here:
            return function()
        answer: concurrent.futures.Future[Answer] = concurrent.futures.Future()

        def call() -> None:
            try:
                answer.set_result(function())
            except BaseException as error:
                answer.set_exception(error)

        self.post(call)
        while True:
            try:
                return answer.result(POLL_S)
            except concurrent.futures.TimeoutError:
                if answer.done():
                    raise
                if not self.is_running:
                    raise EndedError(self.ended_words()) from None

    def wait(self, seconds: float | None) -> bool:
        """Wait for some seconds, or until the session has ended; returns whether it still plays."""
        self.refuse_waiting()
        until = None if seconds is None else time.monotonic() + seconds
        while self.is_running:
            left = POLL_S if until is None else min(POLL_S, until - time.monotonic())
            if left <= 0.0:
                return True
            self._has_ended.wait(left)
        self._thread.join(ENDING_S)
        self.raise_failure()
        return False

    def stop(self, reason: str, after_s: float = 0.0, *, is_scheduled: bool = False) -> None:
        """End the session, and wait for its thread, unless the caller is a callback or runs an event loop."""
        loop = self._loop
        if not is_scheduled:
            self._gives_up_at = time.monotonic() + after_s + ENDING_S
        if loop is not None and self.is_running and not is_scheduled:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(loop.call_later, after_s, self.live.stop, reason)
        if self.is_here or is_in_event_loop():
            return
        while self._thread.is_alive() and time.monotonic() < self._gives_up_at:
            self._thread.join(POLL_S)

    def raise_failure(self) -> None:
        """Raise what ended the session, once."""
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure

    def ended_words(self) -> str:
        """Why nothing can be asked of the session."""
        return f"the session has ended: {self.live.ended or 'it did not begin'}"

    # ── in the thread of the session ───────────────────────────────────────────────────────────

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self.failure = error
            self.live.ended = self.live.ended or in_words(error)
            if self._is_ready.is_set():  # otherwise `start` raises it
                logger.error("the session has ended: %s", in_words(error), exc_info=error)
        finally:
            RUNNING.discard(self)
            self._has_ended.set()
            self._is_ready.set()
            self._at_end(self.live.ended)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._hear_of_escape)
        await self.live.run(lambda _live: self._is_ready.set())

    def _hear_of_escape(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        fault = context.get("exception")
        what = in_words(fault) if isinstance(fault, BaseException) else str(context.get("message"))
        logger.error("something failed, the music goes on: %s", what)


def is_in_event_loop() -> bool:
    """Whether the caller's thread runs an event loop, which must not be held up."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def stop_all() -> None:
    """End every session of this process."""
    for running in list(RUNNING):
        running.stop("the program has ended")


atexit.register(stop_all)
