"""Brings the reported times of steps to one form: one time a step, in order, duplicates left out."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

OLDEST_S = 10.0
"""Steps that happened longer ago than this are not used: phones and belts deliver in batches of seconds."""

KEPT = 48
"""Steps that are remembered: at 170 a minute, 17 seconds."""

SAME_STEP_S = 0.18
"""Two steps closer than this are one: the fastest runners make 4.4 steps a second."""

TOGETHER_S = 0.05
"""Steps without a time of their own that arrive closer than this were delivered together."""

MOST_STEPS_PER_S = 4.0
"""More steps a second than this are steps that are sent twice."""

SLOWEST_STEP_S = 0.75
"""Deliveries farther apart than this are too slow to be the steps of a run, one by one."""

AHEAD_S = 0.5
"""A step may lie so much after the present: a control step may be handled late."""

SINGLE = 8
"""After so many deliveries of one step each, a source no longer delivers in batches."""


FEWEST_OLD, OLDEST_DELIVERY_S, MANY_STEPS = 7, 65.0, 40
"""So many deliveries count up to this age, and so many steps in four of them are enough for a rate."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Steps without a time of their own that arrived together.

    Parameters
    ----------
    at_s : float
        When they arrived.
    count : int
        How many.
    """

    at_s: float
    count: int


class StepTimes:
    """The last steps, in order of the time at which they happened.

    Attributes
    ----------
    times : list of float
        When they happened, in seconds, ascending.
    deliveries : list of Delivery
        Of steps without a time of their own: what arrived when.
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self.deliveries: list[Delivery] = []
        self.dropped = 0
        self._timed_at = -math.inf
        self._is_batched = False

    def take(self, at_s: float, now_s: float, is_timed: bool) -> bool:
        """Take a step; return whether it is used.

        Parameters
        ----------
        at_s : float
            When it happened; of a step without a time of its own, when it arrived.
        now_s : float
            The present.
        is_timed : bool
            Whether the step had a time of its own.
        """
        if not self.is_in_time(at_s, now_s):
            self.dropped += 1
            return False
        if is_timed:
            self._timed_at = now_s
        else:
            self._count_delivery(at_s)
        return self._insert(at_s)

    @staticmethod
    def is_in_time(at_s: float, now_s: float) -> bool:
        """Whether a step may be used: it is not older than `OLDEST_S`, nor farther ahead than `AHEAD_S`."""
        return now_s - at_s <= OLDEST_S and at_s <= now_s + AHEAD_S

    @property
    def is_batched(self) -> bool:
        """Whether steps without a time of their own come several at once, so that their phase is unknown."""
        return self._is_batched and self._timed_at < self.deliveries[-1].at_s

    def _judge(self) -> None:
        """Decide whether deliveries are batches, a step each, or a step that is sent twice."""
        last = self.deliveries[-1]
        # the last one may still grow
        recent = self.deliveries[-9:-1] + ([last] if last.count > 1 else [])
        if len(recent) < 2:
            return
        several = sum(1 for delivery in recent if delivery.count > 1)
        seconds = recent[-1].at_s - recent[0].at_s
        spacing = seconds / (len(recent) - 1)
        per_s = sum(delivery.count for delivery in recent[1:]) / seconds
        if several == 0 and len(recent) >= SINGLE:
            self._is_batched = False
        elif per_s > MOST_STEPS_PER_S and spacing <= SLOWEST_STEP_S:
            self._is_batched = False  # each step is sent more than once
        elif spacing > SLOWEST_STEP_S:
            self._is_batched |= several >= 0.4 * len(recent)
        else:
            self._is_batched |= len(recent) >= 4 and several >= 0.25 * len(recent)

    def _count_delivery(self, at_s: float) -> None:
        if self.deliveries and at_s - self.deliveries[-1].at_s <= TOGETHER_S:
            last = self.deliveries[-1]
            self.deliveries[-1] = Delivery(last.at_s, last.count + 1)
        else:
            self.deliveries.append(Delivery(at_s, 1))
            del self.deliveries[:-KEPT]
        self._judge()

    def _insert(self, at_s: float) -> bool:
        place = bisect.bisect(self.times, at_s)
        is_same = (place > 0 and at_s - self.times[place - 1] < SAME_STEP_S) or (
            place < len(self.times) and self.times[place] - at_s < SAME_STEP_S
        )
        if is_same:
            self.dropped += 1
            return False
        self.times.insert(place, at_s)
        del self.times[:-KEPT]
        return True

    def forget(self) -> None:
        """Forget all steps: the runner stood."""
        self.times.clear()
        self.deliveries.clear()


def rate_of_deliveries(deliveries: list[Delivery], longest_s: float = 30.0) -> float | None:
    """Steps a minute of deliveries, by a straight line through how many steps had come by each of them.

    A delivery of whole steps is off by half a step on average; the line averages that away with the third
    power of its length.  None while there are fewer than six, or than four with forty steps; the last seven
    are used even if they are older than `longest_s`.
    """
    since = deliveries[-1].at_s if deliveries else 0.0
    recent = [d for d in deliveries[-FEWEST_OLD:] if d.at_s >= since - OLDEST_DELIVERY_S]
    recent = max(recent, [d for d in deliveries if d.at_s >= since - longest_s], key=len)
    has_many = len(recent) >= 4 and sum(d.count for d in recent[1:]) >= MANY_STEPS
    if len(recent) < 6 and not has_many:
        return None
    total, counts = 0, []
    for delivery in recent:
        total += delivery.count
        counts.append(float(total))
    times = [delivery.at_s for delivery in recent]
    mean_t, mean_n = math.fsum(times) / len(times), math.fsum(counts) / len(counts)
    spread = math.fsum((t - mean_t) ** 2 for t in times)
    if spread <= 0.0:
        return None
    return 60.0 * math.fsum((t - mean_t) * (n - mean_n) for t, n in zip(times, counts, strict=True)) / spread
