"""Queues the bars that are asked of one generator, and keeps its answers until they are taken."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from adaptive.composer.bar_source import Answer, BarFailure
from adaptive.composer.context import BarContext
from adaptive.composer.worker.runner import Runner

MOST_ANSWERS = 512
"""Answers that are kept; the oldest is dropped.  A layer asks ahead for at most 128 segments."""

MOST_STOPS = 3
"""Times in a row that a generator is stopped before it is asked no more."""

BarId = tuple[int, Hashable]
"""Who asks, and the key of the bar."""


@dataclass(slots=True)
class _Order:
    """A bar that is to be composed."""

    context: BarContext
    is_ahead: bool


class BarHost:
    """Runs one generator for all layers that use it, in a thread that waits for its runner.

    Bars that are needed come before bars that are composed ahead.  A layer that asks for another bar no
    longer needs the bar it asked for before, if that has not been begun.

    Parameters
    ----------
    name : str
        The generator's name, for sentences.
    runner : Runner
        Runs it.
    """

    def __init__(self, name: str, runner: Runner) -> None:
        self._name, self._runner = name, runner
        self._changed = threading.Condition()
        self._orders: OrderedDict[BarId, _Order] = OrderedDict()
        self._answers: OrderedDict[BarId, Answer] = OrderedDict()
        self._composing: BarId | None = None
        self._given_up = ""
        self._is_started = False

    def start(self) -> None:
        """Load the generator; `ask` does it otherwise."""
        with self._changed:
            is_started, self._is_started = self._is_started or bool(self._given_up), True
        if not is_started:
            threading.Thread(target=self._serve, daemon=True, name=f"host of {self._name}").start()

    def ask(self, bar_id: BarId, context: BarContext, *, is_ahead: bool) -> None:
        """Queue a bar, unless it is queued, being composed or composed."""
        self.start()
        with self._changed:
            if bar_id in self._answers or bar_id == self._composing:
                return
            known = self._orders.get(bar_id)
            if known is not None:
                known.is_ahead = known.is_ahead and is_ahead
                return
            if not is_ahead:
                for other in [
                    one for one, order in self._orders.items() if one[0] == bar_id[0] and not order.is_ahead
                ]:
                    del self._orders[other]
            self._orders[bar_id] = _Order(context, is_ahead)
            self._changed.notify_all()

    def take(self, bar_id: BarId, wait_s: float | None = 0.0) -> Answer | None:
        """Remove and return an answer; None if it has not come within `wait_s` seconds; None: no limit."""
        with self._changed:
            if wait_s != 0.0:
                self._changed.wait_for(lambda: bar_id in self._answers or bool(self._given_up), wait_s)
            answer = self._answers.pop(bar_id, None)
            if answer is None and self._given_up:
                return BarFailure(self._given_up)
            return answer

    def close(self) -> None:
        """Stop the generator and the thread."""
        with self._changed:
            self._given_up = self._given_up or f"{self._name} was closed"
            self._changed.notify_all()
        self._runner.close()

    def _serve(self) -> None:
        try:
            self._compose_all()
        finally:  # whoever waits for an answer must not wait for ever
            self._give_up(f"the worker of {self._name} has ended")

    def _compose_all(self) -> None:
        problem, stops = self._runner.start(), 0
        if problem:
            self._give_up(problem)
        while (found := self._next_order()) is not None:
            bar_id, order = found
            answer, was_stopped = self._runner.run(order.context)
            stops = stops + 1 if was_stopped else 0
            with self._changed:
                self._composing = None
                self._answers[bar_id] = answer
                if len(self._answers) > MOST_ANSWERS:
                    self._answers.popitem(last=False)
                self._changed.notify_all()
            if stops >= MOST_STOPS and isinstance(answer, BarFailure):
                self._give_up(f"{answer.reason}; it was stopped {stops} times and is not asked again")

    def _give_up(self, why: str) -> None:
        with self._changed:
            self._given_up = self._given_up or why
            self._orders.clear()
            self._changed.notify_all()
        self._runner.close()

    def _next_order(self) -> tuple[BarId, _Order] | None:
        """Wait for an order, and remove it; None: the host is closed or has given up."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._orders) or bool(self._given_up))
            if self._given_up:
                return None
            needed = next((one for one, order in self._orders.items() if not order.is_ahead), None)
            bar_id = next(iter(self._orders)) if needed is None else needed
            self._composing = bar_id
            return bar_id, self._orders.pop(bar_id)
