from __future__ import annotations

import threading

from adaptive.composer.bar_source import Answer, BarFailure
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.worker.host import BarHost
from tests.unit.composer.composing import contexts

CONTEXTS = contexts(bars=8)


class Scripted:
    """A runner that composes when it is let."""

    def __init__(self, problem: str = "", fails: bool = False) -> None:
        self.problem, self.fails = problem, fails
        self.composed: list[int] = []
        self.may_go = threading.Semaphore(0)
        self.has_begun = threading.Semaphore(0)
        self.is_closed = False

    def start(self) -> str:
        return self.problem

    def run(self, context: BarContext) -> tuple[Answer, bool]:
        self.has_begun.release()
        self.may_go.acquire()
        self.composed.append(context.bar)
        return (BarFailure("it hung"), True) if self.fails else (WrittenBar((), {"bar": context.bar}), False)

    def close(self) -> None:
        self.is_closed = True


def bar_of(answer: Answer | None) -> int:
    assert isinstance(answer, WrittenBar)
    return answer.memory["bar"]


def test_an_answer_is_there_when_it_has_come_and_once() -> None:
    runner = Scripted()
    host = BarHost("mine", runner)
    host.ask((0, "a"), CONTEXTS[0], is_ahead=False)

    assert host.take((0, "a")) is None
    runner.may_go.release()
    assert bar_of(host.take((0, "a"), 10.0)) == 0
    assert host.take((0, "a")) is None
    host.close()
    assert runner.is_closed


def test_needed_bars_come_first_and_a_layer_needs_only_its_latest() -> None:
    runner = Scripted()
    host = BarHost("mine", runner)
    host.ask((0, "first"), CONTEXTS[0], is_ahead=False)
    assert runner.has_begun.acquire(timeout=10.0)
    host.ask((0, "ahead"), CONTEXTS[1], is_ahead=True)
    host.ask((0, "old"), CONTEXTS[2], is_ahead=False)
    host.ask((1, "other"), CONTEXTS[3], is_ahead=False)
    host.ask((0, "new"), CONTEXTS[4], is_ahead=False)
    host.ask((0, "new"), CONTEXTS[4], is_ahead=True)
    for _ in range(4):
        runner.may_go.release()

    assert bar_of(host.take((0, "ahead"), 10.0)) == 1
    assert runner.composed == [0, 3, 4, 1]
    host.close()


def test_a_generator_that_is_not_loaded_fails_at_once() -> None:
    host = BarHost("mine", Scripted("it is not there"))
    host.ask((0, "a"), CONTEXTS[0], is_ahead=False)

    assert host.take((0, "a"), 10.0) == BarFailure("it is not there")
    assert host.take((0, "b")) == BarFailure("it is not there")


def test_a_generator_that_is_stopped_three_times_in_a_row_is_asked_no_more() -> None:
    runner = Scripted(fails=True)
    host = BarHost("mine", runner)
    told = []
    for number in range(4):
        host.ask((0, number), CONTEXTS[number], is_ahead=False)
        runner.may_go.release()
        told.append(host.take((0, number), 10.0))
        if number == 2:  # the thread gives up after its answer
            host.take((0, "nothing"), 10.0)

    assert told[:3] == [BarFailure("it hung")] * 3
    assert told[3] == BarFailure("it hung; it was stopped 3 times and is not asked again")
    assert runner.composed == [0, 1, 2]
