"""Counts the faults of what is sent: one that is repeated sixty times a second is told once."""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_REMEMBERED = 1024
"""Faults that are remembered; then all are forgotten, so that no sender is muted for ever."""

MOST_SUMMED_UP = 10
"""Faults that are named in the sum at the end: those that came most often."""


def kind_of(sentence: str) -> str:
    """The sentence of a fault without the value that it quotes, which is its end: ``…, got 412``.

    A slider beyond its end sends another value each time, and it is still one fault.
    """
    return sentence.rpartition(", got ")[0] or sentence


@dataclass(slots=True)
class _KnownFault:
    sentence: str
    last_s: float
    count: int = 0


class KnownFaults:
    """Remembers the faults of each sender, and how often each came.

    Parameters
    ----------
    quiet_s : float
        A fault that did not come for so long is told again when it comes; infinity: never.
    clock : callable
        Returns seconds of a monotonic clock.

    Attributes
    ----------
    count : int
        Faults so far, repeated ones too.
    """

    def __init__(self, quiet_s: float = math.inf, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet_s, self._clock = quiet_s, clock
        self._known: dict[tuple[str, str], _KnownFault] = {}
        self.count = 0

    def add(self, sentence: str, sender: str = "") -> bool:
        """Count a fault; return whether it has to be told."""
        self.count += 1
        key, now_s = (sender, kind_of(sentence)), self._clock()
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[key] = _KnownFault(sentence, now_s)
        is_new = known.count == 0 or now_s - known.last_s > self._quiet_s
        known.last_s, known.count = now_s, known.count + 1
        return is_new

    def sums(self) -> Iterator[str]:
        """Yield a sentence about each fault that was repeated, the most frequent ones first."""
        repeated = [(sender, fault) for (sender, _), fault in self._known.items() if fault.count > 1]
        for sender, fault in heapq.nlargest(MOST_SUMMED_UP, repeated, key=lambda pair: pair[1].count):
            yield f"{sender}: {fault.count:,} times: {fault.sentence}"
        if len(repeated) > MOST_SUMMED_UP:
            yield f"{len(repeated) - MOST_SUMMED_UP:,} other faults came more than once"
