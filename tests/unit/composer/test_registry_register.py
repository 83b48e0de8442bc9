"""Registered generators, and those that installed packages offer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from adaptive.composer import registry
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.registry import GENERATORS, GROUP, GeneratorSpec, address_of, register, unregister
from adaptive.errors import InputError
from tests.helpers import generators


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    for name in ("rest", "counts", "broken"):
        unregister(name)


def offer(monkeypatch: pytest.MonkeyPatch, **entries: str) -> None:
    found = {name: EntryPoint(name, value, GROUP) for name, value in entries.items()}
    monkeypatch.setattr(registry, "_offered", lambda: found)


def test_a_registered_generator_is_found_by_its_name() -> None:
    register(GeneratorSpec("counts", generators.counts, ("up", "down"), "bell", is_quick=True))
    spec = GENERATORS["counts"]

    assert (spec.styles, spec.instrument, spec.address) == (
        ("up", "down"), "bell", "tests.helpers.generators:counts",
    )  # fmt: skip
    assert not spec.is_quick  # it may not delay the conductor


def test_a_name_is_taken_once_unless_it_is_replaced() -> None:
    register(GeneratorSpec("rest", generators.counts, ("plain",), "bell"))
    with pytest.raises(InputError, match="there is a generator 'rest' already; pass replace=True"):
        register(GeneratorSpec("rest", generators.dice, ("plain",), "bell"))
    register(GeneratorSpec("rest", generators.dice, ("plain",), "bell"), replace=True)

    assert GENERATORS["rest"].function is generators.dice


def test_a_function_within_a_function_has_no_address() -> None:
    def rest(_context: BarContext) -> WrittenBar:
        return WrittenBar(())

    assert address_of(rest) == ""
    assert address_of(lambda _context: WrittenBar(())) == ""


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("pad", {}, "'pad' is a built-in generator; choose another name"),
        ("My Pad", {}, "consists of small letters, digits and _, got 'My Pad'"),
        (3, {}, "consists of small letters, digits and _, got 3"),
        ("rest", {"styles": ()}, "needs styles: one or more names"),
        ("rest", {"function": "counts"}, "must be a function of a BarContext, got 'counts'"),
        ("rest", {"limit_s": 0.0}, "limit_s must be above 0"),
        ("rest", {"memory_mb": 0}, "memory_mb must be from 1"),
        ("rest", {"stand_in": "flute"}, "stand_in must be one of arpeggio"),
        ("rest", {"stand_in": "drums"}, "only one of the two writes drums"),
    ],
)
def test_what_cannot_be_registered_is_said_in_a_sentence(name, options: dict, told: str) -> None:
    spec = replace(GeneratorSpec(name, generators.counts, ("plain",), "bell"), **options)
    with pytest.raises(InputError, match=re.escape(told)):
        register(spec)
    assert "rest" not in GENERATORS


def test_an_entry_point_is_loaded_when_it_is_named_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    class Watched(EntryPoint):
        def load(self):
            loaded.append(self.name)
            return super().load()

    found = {"counts": Watched("counts", "tests.helpers.generators:counts", GROUP)}
    monkeypatch.setattr(registry, "_offered", lambda: found)

    assert "counts" in GENERATORS
    assert list(GENERATORS)[-1] == "counts"
    assert loaded == []
    spec = GENERATORS["counts"]
    assert (loaded, spec.address, spec.is_quick) == (["counts"], found["counts"].value, False)
    assert GENERATORS["counts"] is spec


def test_an_entry_point_cannot_take_a_built_in_name(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, pad="tests.helpers.generators:counts")

    assert GENERATORS["pad"].is_quick


def test_an_entry_point_that_cannot_be_loaded_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, broken="tests.helpers.nowhere:counts", rest="math:pi")

    with pytest.raises(
        InputError, match=r"`broken` cannot be loaded from tests\.helpers\.nowhere:counts: Module"
    ):
        GENERATORS["broken"]
    with pytest.raises(InputError, match="`rest` cannot be used: math:pi is no function"):
        GENERATORS["rest"]


def test_an_entry_point_may_be_a_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = GeneratorSpec("other", generators.counts, ("up",), "bell", is_quick=True)
    monkeypatch.setattr(generators, "SPEC", spec, raising=False)
    offer(monkeypatch, counts="tests.helpers.generators:SPEC")

    assert GENERATORS["counts"].styles == ("up",)
    assert not GENERATORS["counts"].is_quick  # it may not delay the conductor


def test_a_name_that_nobody_offers_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        GENERATORS["nothing_of_that_kind"]
    assert GENERATORS.get("") is None
