from __future__ import annotations

from adaptive.composer.bar_source import BarFailure, BarRequest, StepSource, raised
from adaptive.composer.registry import BUILT_IN, GeneratorSpec
from tests.helpers import generators
from tests.unit.composer.composing import contexts

CONTEXT = contexts(bars=3)[2]
REQUEST = BarRequest("key", CONTEXT, 0)


def spec(function) -> GeneratorSpec:
    return GeneratorSpec("mine", function, ("plain",), "pad_warm")


def test_a_step_source_composes_when_a_bar_is_taken() -> None:
    source = StepSource(BUILT_IN["pad"])

    assert source.is_immediate
    assert source.take(REQUEST) == BUILT_IN["pad"].function(CONTEXT)


def test_what_a_generator_raises_is_an_answer_that_says_where() -> None:
    answer = StepSource(spec(generators.raises)).take(REQUEST)

    assert isinstance(answer, BarFailure)
    assert answer.reason.startswith("mine raised ValueError: no idea (generators.py, line ")


def test_an_error_whose_text_fails_is_named_all_the_same() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert raised("mine", MuteError()) == "mine raised MuteError"
    assert raised("mine", ValueError("a\nb")) == "mine raised ValueError: a"
    assert raised("mine", MemoryError()) == "mine needed more memory than it may have"
