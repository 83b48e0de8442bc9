"""Limits how many messages about input from outside are written per minute."""

from __future__ import annotations

import time
from collections.abc import Callable

from adaptive.errors import one_line
from adaptive.inputs.known_faults import KnownFaults

MOST_A_MINUTE = 60
"""Messages per minute.  Malformed packets can each cause a different message, which must not fill a disk."""

MINUTE_S = 60.0


class LogLimit:
    """Passes on `MOST_A_MINUTE` messages per minute, each as one line, and counts the rest.

    A message that was passed on is not told again, and not counted, until it has not come for a minute.

    Parameters
    ----------
    tell : callable
        Is given one sentence for the user.
    clock : callable
        Returns seconds of a monotonic clock.
    """

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._since_s = clock()
        self._count = 0
        self._suppressed = 0
        self._known = KnownFaults(MINUTE_S, clock)

    def __call__(self, sentence: str) -> None:
        """Pass on a message, or count it if the limit of this minute is reached."""
        now_s = self._clock()
        if now_s - self._since_s >= MINUTE_S:
            if self._suppressed:
                self._tell(f"{self._suppressed} more messages were suppressed")
            self._since_s, self._count, self._suppressed = now_s, 0, 0
        if not self._known.add(sentence):
            return
        self._count += 1
        if self._count <= MOST_A_MINUTE:
            self._tell(one_line(sentence))
            return
        if self._suppressed == 0:
            self._tell(f"more than {MOST_A_MINUTE} messages within a minute: the rest are only counted")
        self._suppressed += 1
