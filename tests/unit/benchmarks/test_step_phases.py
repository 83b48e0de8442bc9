from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.composer.plan.part import PlannedPart
from benchmarks.step_phases import StepPhases, shares


class Clock:
    """Seconds that pass when work is done."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def performance(clock: Clock) -> Any:
    outbox = SimpleNamespace(post=lambda: clock.work(0.002))
    write_ahead = SimpleNamespace(step=lambda: (clock.work(0.004), outbox.post(), clock.work(0.001)))
    idle = SimpleNamespace(step=int, plan=int, cancel=int, compose_next=int)
    conductor = SimpleNamespace(
        planner=idle, steering=idle, write_ahead=write_ahead, compose_ahead=idle, outbox=outbox,
        assets=SimpleNamespace(generated={}), _report=int,
    )  # fmt: skip
    return SimpleNamespace(conductor=conductor, prefetch=None)


def test_a_part_within_another_counts_for_itself_only(performance: Any, clock: Clock) -> None:
    phases = StepPhases(performance, clock)
    phases.begin()
    performance.conductor.write_ahead.step()
    clock.work(0.003)
    took = phases.end()
    phases.close()

    assert took == pytest.approx(10.0)
    assert shares(phases.steps, 2.5) == "writing bars 5.00, the rest 3.00"
    assert phases.steps[0][1]["posting"] == pytest.approx(2.0)


def test_nothing_is_wrapped_afterwards(performance: Any) -> None:
    before, prepare, callbacks = performance.conductor.outbox.post, PlannedPart.prepare, list(gc.callbacks)
    StepPhases(performance).close()

    assert gc.callbacks == callbacks
    assert PlannedPart.prepare is prepare
    assert performance.conductor.outbox.post is before
