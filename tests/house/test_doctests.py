"""The examples in docstrings are true: every module that has one runs it."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tests.helpers.one_bank import play_from_one_bank
from tests.house.test_house import MODULES, ROOT

WITH_EXAMPLES = [path for path in MODULES if ">>> " in path.read_text(encoding="utf-8")]


def module_name(path_parts: tuple[str, ...]) -> str:
    """Dotted name of a module file."""
    return ".".join(part.removesuffix(".py") for part in path_parts if part != "__init__.py")


@pytest.mark.parametrize("name", [module_name(path.relative_to(ROOT).parts) for path in WITH_EXAMPLES])
def test_the_examples_of_a_module_give_what_they_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    play_from_one_bank(monkeypatch)
    results = doctest.testmod(importlib.import_module(name))

    assert results.attempted > 0
    assert results.failed == 0


def test_many_modules_have_examples() -> None:
    assert len(WITH_EXAMPLES) > 20
