"""What holds for every kind of sound source: a new one is taken up by its line in the registry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adaptive.kernel.sources.registry import SOURCES
from tests.helpers.source_contract import CHECKS


@pytest.mark.parametrize("kind", [kind for kind, source in SOURCES.items() if source.is_instrument])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_kind_keeps_the_contract(kind: str, check: Callable[[str], None]) -> None:
    check(kind)
