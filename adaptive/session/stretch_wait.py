"""Holds tempo messages until recordings can be stretched, which is prepared beside the music.

The first tempo message to a preset that did not announce any needs two units of the kernel, which may have to
be compiled, and the onsets of every recording.  A recording of the run has the message where it acted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from adaptive.conductor.messages import Message, SetTempo
from adaptive.session.performance import Performance


class StretchWait:
    """Holds tempo messages while they cannot act.

    Parameters
    ----------
    tell : callable
        Is given a sentence for the user.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._held: list[Message] = []
        self._pool: ThreadPoolExecutor | None = None
        self._done: Future[None] | None = None
        self._prepared: Performance | None = None

    def pass_on(self, performance: Performance, messages: Sequence[Message]) -> list[Message]:
        """Return the messages of a control step that can act now, those that were held first."""
        asked = [message for message in messages if isinstance(message, SetTempo)]
        if not asked and not self._held:
            return list(messages)
        if performance.is_elastic or self._is_done(performance):
            held, self._held = self._held, []
            return [*held, *messages]
        self._held += asked
        others: list[Message] = [message for message in messages if not isinstance(message, SetTempo)]
        if self._has_failed():
            self._held = []
        return others

    def _is_done(self, performance: Performance) -> bool:
        """Whether the preparation has ended; begins it if it has not begun."""
        if self._done is None or self._prepared is not performance:
            self._pool = self._pool or ThreadPoolExecutor(1, "stretch")
            self._prepared, self._done = performance, self._pool.submit(performance.prepare_stretch)
            self._tell("the tempo changes once the recordings are prepared for it")
        return self._done.done() and self._done.exception() is None

    def _has_failed(self) -> bool:
        """Whether recordings cannot be prepared on this machine; says so."""
        if self._done is None or not self._done.done():
            return False
        error = self._done.exception()
        if error is not None:
            self._done = None  # another message tries again
            self._tell(f"the tempo stays: recordings cannot be prepared for another one ({error})")
        return error is not None

    def close(self) -> None:
        """Forget what is held."""
        self._held = []
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
