from __future__ import annotations

import threading

import pytest

from benchmarks import stress


@pytest.mark.parametrize("load", [stress.hold_gil, stress.collect])
def test_a_load_says_that_it_has_begun_and_ends_when_told(
    load: stress.Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stress, "OBJECTS", 1000)
    stop, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=load, args=(stop, begun.set))
    thread.start()
    has_begun = begun.wait(20.0)
    stop.set()
    thread.join(20.0)

    assert has_begun
    assert not thread.is_alive()
