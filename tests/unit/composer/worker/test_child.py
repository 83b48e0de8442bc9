from __future__ import annotations

import sys

import pytest

from adaptive.composer.bar_source import BarFailure
from adaptive.composer.context import WrittenBar
from adaptive.composer.worker import child, wire
from tests.helpers import generators
from tests.unit.composer.composing import contexts

ORDER = wire.order_of(contexts(bars=1)[0])


def test_a_generator_is_loaded_from_its_address() -> None:
    assert child.load("tests.helpers.generators:counts", "mine") is generators.counts
    with pytest.raises(AttributeError):
        child.load("tests.helpers.generators:nowhere", "mine")


def test_whatever_a_generator_does_there_is_an_answer() -> None:
    def leave(_context):
        sys.exit("bye")

    assert isinstance(child.compose("mine", generators.counts, ORDER), WrittenBar)
    assert child.compose("mine", generators.nothing, ORDER) == BarFailure(
        "mine returned None instead of a WrittenBar"
    )
    answer = child.compose("mine", leave, ORDER)
    assert isinstance(answer, BarFailure)
    assert answer.reason.startswith("mine raised SystemExit: bye (test_child.py")
