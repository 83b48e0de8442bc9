from __future__ import annotations

from adaptive.composer.bar_source import BarFailure, BarRequest, StepSource
from adaptive.composer.context import WrittenBar
from adaptive.composer.registry import GeneratorSpec
from adaptive.conductor.layers.recorded_bars import RecordedBar, RecordedSource, repeating
from tests.helpers import generators
from tests.unit.composer.composing import contexts

CONTEXTS = contexts(bars=4)
SPEC = GeneratorSpec("counts", generators.counts, ("plain",), "pad_warm")
COMPOSED = generators.counts(CONTEXTS[0])


def request(bar: int, frame: int) -> BarRequest:
    return BarRequest(bar, CONTEXTS[bar], frame)


def test_a_bar_that_came_late_comes_in_the_same_step() -> None:
    source = RecordedSource(StepSource(SPEC), [RecordedBar("lead", "road", 1, 1000, 1512)])

    assert source.take(request(1, 1000)) is None
    assert source.take(request(1, 1256)) is None
    assert source.take(request(1, 1512)) == COMPOSED
    assert source.take(request(2, 1512)) == COMPOSED  # nothing is recorded of it: it is composed


def test_a_bar_that_did_not_come_fails_in_the_same_words() -> None:
    source = RecordedSource(StepSource(SPEC), [RecordedBar("lead", "road", 1, 0, 0, "it hung")])

    assert source.take(request(1, 0)) == BarFailure("it hung")
    assert source.take(request(1, 0)) == COMPOSED


def test_kept_notes_are_played_without_the_generator() -> None:
    bars = [RecordedBar("lead", "road", 0, 0, 0, notes=(generators.note(70),))] * 2
    source = RecordedSource(StepSource(SPEC), bars)
    first, second = source.take(request(0, 0)), source.take(request(0, 0))

    assert first == second == WrittenBar((generators.note(70),))
    assert isinstance(first, WrittenBar)
    assert isinstance(second, WrittenBar)
    assert first.memory is not second.memory  # bars are kept by the identity of the memory they began with


def test_only_layers_of_the_recording_are_repeated() -> None:
    source_of = repeating(lambda spec, _layer: StepSource(spec), [RecordedBar("lead", "road", 0, 0, 0)])

    assert isinstance(source_of(SPEC, "lead"), RecordedSource)
    assert isinstance(source_of(SPEC, "pad"), StepSource)
    assert source_of(SPEC, "lead").is_immediate
