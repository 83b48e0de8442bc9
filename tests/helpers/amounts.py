"""How much a test tries: a part of it in `make test`, all of it in `.ci/run`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Any

import pytest

IS_WHOLE = bool(os.environ.get("ADAPTIVE_REQUIRE_ALL"))
"""Whether this run has to try everything."""


def amount(short: int, whole: int) -> int:
    """How many examples, seeds or packets a test tries: `short` of them where not all are required.

    The short number still finds a fault that one example in `short` shows; rarer ones are for `.ci/run`.
    """
    return whole if IS_WHOLE else short


def variants(values: Iterable[Any], short: Collection[Any]) -> list[Any]:
    """Parameters of a test: those of `short` always, the others in `.ci/run`."""
    found = []
    for value in values:
        parts = value if isinstance(value, tuple) else (value,)
        found.append(pytest.param(*parts, marks=() if value in short else pytest.mark.ci))
    return found


def pairs(ones: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """All pairs as parameters of a test: as many as show each value once always, the rest in `.ci/run`."""
    short = {
        (ones[number % len(ones)], others[number % len(others)])
        for number in range(max(len(ones), len(others)))
    }
    return [
        pytest.param(one, other, marks=() if (one, other) in short else pytest.mark.ci)
        for one, other in product(ones, others)
    ]
