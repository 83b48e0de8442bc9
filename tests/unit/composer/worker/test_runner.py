"""Runners: what a generator does to its process or its thread costs a bar, and the next one comes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adaptive.composer.bar_source import BarFailure
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.registry import GeneratorSpec, address_of
from adaptive.composer.worker.runner import ProcessRunner, Runner, ThreadRunner, runner_of
from tests.helpers import generators
from tests.unit.composer.composing import contexts

CONTEXTS = contexts(bars=5)


def spec(name: str, **options) -> GeneratorSpec:
    function = getattr(generators, name)
    made = GeneratorSpec(name, function, ("plain",), "pad_warm", address=address_of(function))
    return replace(made, **{"limit_s": 0.5, **options})


@pytest.fixture
def started() -> Iterator[list[Runner]]:
    runners: list[Runner] = []
    yield runners
    for runner in runners:
        runner.close()


def process_of(started: list[Runner], name: str, **options) -> ProcessRunner:
    runner = ProcessRunner(spec(name, **options))
    started.append(runner)
    return runner


def test_a_function_that_another_process_can_import_gets_a_process() -> None:
    assert isinstance(runner_of(spec("counts")), ProcessRunner)
    assert isinstance(runner_of(spec("counts", address="")), ThreadRunner)


def test_a_process_composes_and_hands_the_memory_on(started: list[Runner]) -> None:
    runner = process_of(started, "prints", limit_s=20.0)
    assert runner.start() == ""
    first, _ = runner.run(CONTEXTS[0])
    assert isinstance(first, WrittenBar)
    second, was_stopped = runner.run(replace(CONTEXTS[1], memory=first.memory))

    assert isinstance(second, WrittenBar)
    assert not was_stopped
    assert [bar.notes[0].midi for bar in (first, second)] == [60, 61]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("hangs", "hangs took more than 0.5 s for a bar"),
        ("dies", "the process of dies ended in the middle of a bar"),
    ],
)
def test_a_process_that_hangs_or_dies_is_replaced(started: list[Runner], name: str, told: str) -> None:
    runner = process_of(started, name)
    assert runner.start() == ""

    assert runner.run(CONTEXTS[2]) == (BarFailure(told), True)
    answer, was_stopped = runner.run(CONTEXTS[3])
    assert isinstance(answer, WrittenBar)
    assert not was_stopped


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone limits the memory of a process")
def test_a_process_may_take_only_so_much_memory(started: list[Runner]) -> None:
    runner = process_of(started, "greedy", limit_s=20.0, memory_mb=200)
    assert runner.start() == ""

    assert runner.run(CONTEXTS[2]) == (BarFailure("greedy needed more memory than it may have"), False)
    assert isinstance(runner.run(CONTEXTS[3])[0], WrittenBar)


def test_a_generator_that_cannot_be_loaded_says_why(started: list[Runner]) -> None:
    runner = process_of(started, "counts", address="tests.helpers.nowhere:counts")

    assert runner.start().startswith("loading counts raised ModuleNotFoundError: No module named")


def test_a_thread_composes_and_one_that_hangs_is_left() -> None:
    runner = ThreadRunner(spec("hangs", limit_s=0.1))
    first, _ = runner.run(CONTEXTS[0])
    before = {thread.name for thread in threading.enumerate()}
    answer = runner.run(CONTEXTS[2])
    later, _ = runner.run(CONTEXTS[3])
    runner.close()

    assert isinstance(first, WrittenBar)
    assert "generator hangs" in before
    assert answer == (BarFailure("hangs took more than 0.1 s for a bar"), True)
    assert isinstance(later, WrittenBar)


def test_what_a_generator_in_a_thread_returns_is_checked() -> None:
    answers = []
    for function in (generators.raises, generators.endless):
        runner = ThreadRunner(GeneratorSpec("mine", function, ("plain",), "pad_warm"))
        answers.append(runner.run(CONTEXTS[2])[0])
        runner.close()

    assert [type(answer) for answer in answers] == [BarFailure, BarFailure]
    assert "mine raised ValueError: no idea" in answers[0].reason
    assert answers[1].reason == "mine wrote more than 1024 notes in a bar"


def test_a_thread_gets_the_memory_as_it_is() -> None:
    seen = []

    def watch(context: BarContext) -> WrittenBar:
        seen.append(context.memory)
        return WrittenBar((), {"bar": context.bar})

    runner = ThreadRunner(GeneratorSpec("watch", watch, ("plain",), "pad_warm"))
    bar, _ = runner.run(CONTEXTS[0])
    assert isinstance(bar, WrittenBar)
    runner.run(replace(CONTEXTS[1], memory=bar.memory))
    runner.close()

    assert seen == [{}, {"bar": 0}]
