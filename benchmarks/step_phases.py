"""Measures on what a control step of the conductor spends its time, by wrapping the calls that work."""

from __future__ import annotations

import gc
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adaptive.composer.plan.part import PlannedPart
from adaptive.session.performance import Performance

REST = "the rest"


class StepPhases:
    """Times the parts of the control steps of one performance, and what is left.

    A part that is called within another counts for itself only.

    Parameters
    ----------
    performance : Performance
        Its calls are wrapped until `close`.
    clock : callable
        Seconds; processor time of the calling thread if left out.

    Attributes
    ----------
    steps : list of (float, Mapping)
        Milliseconds of each step, and of the parts in it.
    """

    def __init__(self, performance: Performance, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self.steps: list[tuple[float, Mapping[str, float]]] = []
        self._step: Counter[str] = Counter()
        self._open: list[str] = []
        self._thread = threading.get_ident()
        self._since = 0.0
        self._undo: list[Callable[[], None]] = []
        conductor = performance.conductor
        self._wrap(conductor.planner, "plan", "planning a seam")
        self._wrap(conductor.planner, "cancel", "cancelling a seam")
        self._wrap(conductor.steering, "step", "steering")
        self._wrap(conductor.write_ahead, "step", "writing bars")
        self._wrap(conductor.compose_ahead, "compose_next", "looking ahead")
        self._wrap(conductor.outbox, "post", "posting")
        self._wrap(conductor, "_report", "reports and log")
        self._wrap(PlannedPart, "prepare", "working out plans")
        for layer in conductor.assets.generated.values():
            self._wrap(layer.bars.source, "take", "composing bars")
        if performance.prefetch is not None:
            self._wrap(performance.prefetch, "step", "asking for bars")
        gc.callbacks.append(self._collect)
        self._undo.append(lambda: gc.callbacks.remove(self._collect))

    def begin(self) -> None:
        """Begin a step."""
        self._step, self._open = Counter(), []
        self._since = self._clock()
        self._enter(REST)

    def end(self) -> float:
        """End the step; returns its milliseconds."""
        self._leave()
        self.steps.append((sum(self._step.values()), self._step))
        return self.steps[-1][0]

    def close(self) -> None:
        """Take the wrappers off."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def _wrap(self, owner: Any, name: str, phase: str) -> None:
        is_own, wrapped = name in vars(owner), getattr(owner, name)

        def timed(*positional: Any, **named: Any) -> Any:
            self._enter(phase)
            try:
                return wrapped(*positional, **named)
            finally:
                self._leave()

        setattr(owner, name, timed)
        self._undo.append(lambda: setattr(owner, name, wrapped) if is_own else delattr(owner, name))

    def _collect(self, stage: str, _info: dict[str, int]) -> None:
        if not self._open or threading.get_ident() != self._thread:
            return
        if stage == "start":
            self._enter("collecting garbage")
        elif len(self._open) > 1:
            self._leave()

    def _count(self) -> None:
        now = self._clock()
        if self._open:
            self._step[self._open[-1]] += 1000.0 * (now - self._since)
        self._since = now

    def _enter(self, phase: str) -> None:
        self._count()
        self._open.append(phase)

    def _leave(self) -> None:
        self._count()
        self._open.pop()


def shares(steps: Sequence[tuple[float, Mapping[str, float]]], least_ms: float = 0.01) -> str:
    """Return the mean milliseconds of the parts of some steps in words, the longest first."""
    total: Counter[str] = Counter()
    for _, parts in steps:
        total.update(parts)
    means = [(phase, ms / max(1, len(steps))) for phase, ms in total.most_common()]
    return ", ".join(f"{phase} {ms:.2f}" for phase, ms in means if ms >= least_ms)
