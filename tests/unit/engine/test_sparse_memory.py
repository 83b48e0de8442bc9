"""Memory of which only parts are in use."""

from __future__ import annotations

import sys

import pytest

from adaptive.engine.sparse_memory import SparseMemory
from adaptive.session.reports import resident_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take memory back later")
def test_released_pages_are_given_back_and_the_rest_stays() -> None:
    memory = SparseMemory(64 << 20)
    before = resident_bytes()
    assert before is not None
    memory.bytes[:] = 7
    memory.release(0, 48 << 20)
    after = resident_bytes()
    assert after is not None
    assert after - before < 24 << 20
    assert memory.bytes[0] == 0
    assert memory.bytes[-1] == 7
