"""Sentences about what comes from outside: so many a minute, and how many more there were."""

from __future__ import annotations

import time
from collections.abc import Callable

from adaptive.errors import one_line

MOST_A_MINUTE = 60
"""Whoever sends rubbish can make a new sentence of every packet: they must not fill a disk."""

MINUTE_S = 60.0


class LogLimit:
    """Tells complaints on one line each, `MOST_A_MINUTE` at most; counts the rest.

    Parameters
    ----------
    tell : callable
        Takes a sentence for the user.
    clock : callable
        Seconds that only rise.
    """

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._since_s = clock()
        self._count = 0
        self._untold = 0

    def __call__(self, sentence: str) -> None:
        """Complain, unless there were too many."""
        now_s = self._clock()
        if now_s - self._since_s >= MINUTE_S:
            if self._untold:
                self._tell(f"{self._untold} more complaints were not told")
            self._since_s, self._count, self._untold = now_s, 0, 0
        self._count += 1
        if self._count <= MOST_A_MINUTE:
            self._tell(one_line(sentence))
            return
        if self._untold == 0:
            self._tell(f"more than {MOST_A_MINUTE} complaints within a minute: the rest is counted")
        self._untold += 1
