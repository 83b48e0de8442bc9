"""Hands orders to the process that composes ahead, and keeps its replies until they are fetched."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adaptive.composer.worker import wire
from adaptive.composer.worker.ahead_child import COMPOSE_AHEAD
from adaptive.composer.worker.ahead_orders import AheadReply, Order, OrderWriter, PartOrder, unpacked
from adaptive.composer.worker.runner import end_child, started_child
from adaptive.music.note import Note

MOST_WAITING = 1024
"""Orders that wait; more are not taken."""

MOST_STARTS = 3
"""Times that the process is started; afterwards every bar is composed in the conductor's step."""

MOST_AT_ONCE, PART_COST = 12, 8
"""Bars that are ordered with one message, and how many of them a part of a plan counts for: about 10 ms of
work.  A message for each would change between the processes every half a millisecond."""

TIMES_KEPT = 16384


Accept = Callable[[Mapping[str, Any] | None, tuple[Note, ...]], None]
"""Is given what `AheadReply.made` says, and the notes of a bar, in the thread that fetches the reply."""


@dataclass(slots=True)
class Expected:
    """An order, and what to do with its reply."""

    order: Order
    accept: Accept


@dataclass(slots=True)
class Arrived:
    """The reply to an order, with the notes of its bar."""

    expected: Expected
    reply: AheadReply
    notes: tuple[Note, ...]


class PrefetchHost:
    """Runs the process that composes ahead, in a thread that waits for it.

    No reply is ever waited for: a bar that is not there when it is needed is composed where it is needed.

    Attributes
    ----------
    took_s : deque of (Order, float)
        Processor time of the latest orders, measured in the process.
    """

    def __init__(self) -> None:
        self.took_s: deque[tuple[Order, float]] = deque(maxlen=TIMES_KEPT)
        self._link = _PrefetchLink()
        self._finalizer = weakref.finalize(self, self._link.close)
        threading.Thread(target=_serve, args=(self._link,), daemon=True, name="composes ahead").start()

    def ask(self, order: Order, accept: Accept, *, is_needed: bool) -> bool:
        """Queue an order; `is_needed`: before those that may never be needed.  False: it is not taken."""
        link = self._link
        with link.changed:
            if link.is_over or len(link.needed) + len(link.ahead) >= MOST_WAITING:
                return False
            (link.needed if is_needed else link.ahead).append(Expected(order, accept))
            link.changed.notify()
        return True

    def fetch(self, most: int) -> int:
        """Accept up to `most` replies; returns how many there were."""
        arrived, count = self._link.arrived, 0
        while arrived and count < most:
            one = arrived.popleft()
            self.took_s.append((one.expected.order, one.reply.took_s))
            one.expected.accept(one.reply.made, one.notes)
            count += 1
        return count

    @property
    def is_idle(self) -> bool:
        """Whether every order has been carried out and its reply fetched."""
        link = self._link
        with link.changed:
            return not (link.needed or link.ahead or link.is_busy or link.arrived)

    @property
    def is_over(self) -> bool:
        """Whether the process has ended too often."""
        return self._link.is_over

    def close(self) -> None:
        """End the process and the thread."""
        self._finalizer()


class _PrefetchLink:
    """What the host and its thread share; the thread holds no reference to the host."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.needed: deque[Expected] = deque()
        self.ahead: deque[Expected] = deque()
        self.arrived: deque[Arrived] = deque()
        self.process: subprocess.Popen[bytes] | None = None
        self.is_over = self.is_busy = False

    def close(self) -> None:
        with self.changed:
            self.is_over = True
            self.needed.clear()
            self.ahead.clear()
            process, self.process = self.process, None
            self.changed.notify_all()
        if process is not None:
            end_child(process)

    def next_orders(self) -> list[Expected]:
        """Wait for orders, and remove some; none: it is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.needed or self.ahead or self.is_over)
            if self.is_over:
                return []
            self.is_busy = True
            waiting, found, cost = self.needed or self.ahead, [], 0
            while waiting and cost < MOST_AT_ONCE:
                found.append(waiting.popleft())
                cost += PART_COST if isinstance(found[-1].order, PartOrder) else 1
            return found


def _serve(link: _PrefetchLink) -> None:
    for _ in range(MOST_STARTS):
        process = started_child(COMPOSE_AHEAD)
        if process is None:
            break
        with link.changed:
            is_over, link.process = link.is_over, process
        if is_over:
            break
        with contextlib.suppress(OSError, ValueError, EOFError, pickle.PickleError, wire.WireError):
            _exchange(link, process)
        link.is_busy = False
        if link.is_over:
            break
        end_child(process)
    if link.process is not None:
        end_child(link.process)
    link.close()


def _exchange(link: _PrefetchLink, process: subprocess.Popen[bytes]) -> None:
    """Hand orders to the process until it ends."""
    assert process.stdin is not None
    assert process.stdout is not None
    writer = OrderWriter()
    if wire.receive(process.stdout) is None:
        return
    while expected := link.next_orders():
        try:
            wire.send(process.stdin, writer.encoded([one.order for one in expected]))
            message = wire.receive(process.stdout)
        except OSError:
            message = None
        if message is None:
            link.needed.extendleft(reversed(expected))  # for the next process
            return
        replies: list[AheadReply] = pickle.loads(message)
        for one, reply in zip(expected, replies, strict=True):
            link.arrived.append(Arrived(one, reply, unpacked(reply.notes)))
        link.is_busy = False
