from __future__ import annotations

import gc
import weakref

import pytest

from adaptive.composer.bar_source import BarFailure, BarRequest, StepSource
from adaptive.composer.context import WrittenBar
from adaptive.composer.registry import BUILT_IN, GeneratorSpec
from adaptive.composer.worker.source import BEGIN_S, BarWorkers, Waiting, WorkerSource
from tests.helpers import generators
from tests.unit.composer.composing import contexts

CONTEXTS = contexts(bars=8)


def in_a_thread(function) -> GeneratorSpec:
    return GeneratorSpec("mine", function, ("plain",), "pad_warm")


def test_quick_generators_need_no_worker() -> None:
    workers = BarWorkers()
    workers.go_live()

    assert isinstance(workers.source_of(BUILT_IN["pad"], "pad"), StepSource)


def test_offline_a_bar_is_waited_for() -> None:
    workers = BarWorkers()
    source = workers.source_of(in_a_thread(generators.slow), "lead")

    assert isinstance(source, WorkerSource)
    assert not source.is_immediate
    assert isinstance(source.take(BarRequest("a", CONTEXTS[0], 0)), WrittenBar)
    workers.close()
    assert source.take(BarRequest("b", CONTEXTS[1], 0)) == BarFailure("mine was closed")


def test_live_a_bar_is_there_or_not_and_only_the_beginning_waits() -> None:
    workers = BarWorkers()
    workers.go_live()
    source = workers.source_of(in_a_thread(generators.slow), "lead")

    assert source.take(BarRequest("a", CONTEXTS[0], 0)) is None
    assert isinstance(source.take(BarRequest("a", CONTEXTS[0], 0), may_wait=True), WrittenBar)
    workers.close()


def test_layers_of_one_generator_share_a_host_and_not_their_bars() -> None:
    workers = BarWorkers()
    spec = in_a_thread(generators.counts)
    one, other = workers.source_of(spec, "one"), workers.source_of(spec, "other")
    answers = [source.take(BarRequest("same", CONTEXTS[0], 0)) for source in (one, other)]

    assert all(isinstance(answer, WrittenBar) for answer in answers)
    assert len(workers._hosts) == 1
    workers.close()


def test_workers_that_nobody_refers_to_are_stopped() -> None:
    workers = BarWorkers()
    source = workers.source_of(in_a_thread(generators.counts), "lead")
    gone = weakref.ref(workers)
    del workers
    gc.collect()

    assert gone() is None
    assert source.take(BarRequest("a", CONTEXTS[0], 0)) == BarFailure("mine was closed")


def test_a_beginning_waits_once_and_not_for_each_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting()
    assert waiting.longest_s(may_wait=False) is None
    waiting.is_live = True
    now_s = 100.0
    monkeypatch.setattr("adaptive.composer.worker.source.time.monotonic", lambda: now_s)

    assert waiting.longest_s(may_wait=False) == 0.0
    assert waiting.longest_s(may_wait=True) == BEGIN_S
    now_s += 4.0
    assert waiting.longest_s(may_wait=True) == BEGIN_S - 4.0
    now_s += 4.0
    assert waiting.longest_s(may_wait=True) == 0.0
