"""Callbacks by topic: they run in the thread of the session, and nothing that they raise ends it."""

from __future__ import annotations

import difflib
import inspect
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from adaptive.errors import InputError, one_line

logger = logging.getLogger("adaptive")

TOPICS = ("bar", "beat", "section", "note", "log", "end")
"""What a callback can be told of."""

LONG_S = 0.05
"""A callback that takes longer may make the music late: decisions are made 50 ms ahead."""

Callback = Callable[[Any], object]


def name_of(callback: Callback) -> str:
    """Name of a callback, for messages.

    Examples
    --------
    >>> name_of(len)
    'len'
    """
    return str(getattr(callback, "__qualname__", None) or type(callback).__name__)


class Callbacks:
    """The callbacks of a session.

    Attributes
    ----------
    faults : Counter
        How often each fault came, by a sentence such as ``tick, called on bar, raised ValueError``.
    """

    def __init__(self) -> None:
        self._by_topic: dict[str, list[Callback]] = {topic: [] for topic in TOPICS}
        self.faults: Counter[str] = Counter()
        self._slow: set[str] = set()

    def add(self, topic: str, callback: Callback) -> None:
        """Add a callback.

        Raises
        ------
        InputError
            There is no such topic, or it cannot be called.
        """
        if topic not in self._by_topic:
            near = difflib.get_close_matches(str(topic), TOPICS, 1)
            meant = f" (did you mean {near[0]!r}?)" if near else f"; there is {', '.join(TOPICS)}"
            message = f"there is nothing to hear of {topic!r}{meant}"
            raise InputError(message)
        if not callable(callback) or inspect.iscoroutinefunction(callback):
            message = f"a callback is a plain function of one argument, got {callback!r}"
            raise InputError(message)
        self._by_topic[topic].append(callback)

    def remove(self, callback: Callback) -> None:
        """Remove a callback from all topics; one that is not there is ignored."""
        for callbacks in self._by_topic.values():
            while callback in callbacks:
                callbacks.remove(callback)

    def has(self, topic: str) -> bool:
        """Whether anybody listens."""
        return bool(self._by_topic[topic])

    def call(self, topic: str, told: Any) -> None:
        """Call all callbacks of a topic; what they raise is logged the first time, and counted."""
        for callback in list(self._by_topic[topic]):
            began = time.monotonic()
            try:
                callback(told)
            except Exception as error:
                self._note(callback, topic, error)
            took = time.monotonic() - began
            name = name_of(callback)
            if took > LONG_S and name not in self._slow:
                self._slow.add(name)
                logger.warning(
                    "the callback %s took %.0f ms; the music is decided 50 ms ahead and may be late",
                    name, 1000.0 * took,
                )  # fmt: skip

    def _note(self, callback: Callback, topic: str, error: Exception) -> None:
        # not the error's own words: they may differ each time, and each would be kept
        sentence = f"{name_of(callback)}, called on {topic}, raised {type(error).__name__}"
        self.faults[sentence] += 1
        if self.faults[sentence] == 1:
            logger.error("%s: %s; the music goes on", sentence, one_line(str(error)), exc_info=error)

    def sums(self) -> list[str]:
        """A sentence about each fault that came more than once."""
        return [f"{sentence} ({count}×)" for sentence, count in self.faults.items() if count > 1]
