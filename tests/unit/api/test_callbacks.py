from __future__ import annotations

import logging
import time

import pytest

from adaptive.api.callbacks import Callbacks, name_of


def test_each_kind_of_fault_is_logged_once_whatever_its_words(caplog: pytest.LogCaptureFixture) -> None:
    callbacks = Callbacks()

    def broken(told: object) -> None:
        raise ValueError(told)

    callbacks.add("beat", broken)
    with caplog.at_level(logging.ERROR, "adaptive"):
        for number in range(5):
            callbacks.call("beat", number)

    assert len(caplog.records) == 1
    assert len(callbacks.faults) == 1
    assert callbacks.sums() == [f"{name_of(broken)}, called on beat, raised ValueError (5×)"]


def test_a_slow_callback_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    callbacks = Callbacks()
    callbacks.add("bar", lambda _told: time.sleep(0.06))
    with caplog.at_level(logging.WARNING, "adaptive"):
        callbacks.call("bar", 0)
        callbacks.call("bar", 0)

    assert [record.getMessage().count("may be late") for record in caplog.records] == [1]


def test_a_callback_may_remove_itself_while_it_is_called() -> None:
    callbacks, heard = Callbacks(), []

    def once(told: object) -> None:
        heard.append(told)
        callbacks.remove(once)

    for callback in (once, heard.append):
        callbacks.add("bar", callback)
    callbacks.call("bar", 1)
    callbacks.call("bar", 2)

    assert heard == [1, 1, 2]
    assert not callbacks.has("beat")
