"""Tempo messages wait until recordings can be stretched; everything else goes on."""

from __future__ import annotations

import threading
from typing import Any

from adaptive.conductor.messages import FireEvent, SetTempo
from adaptive.session.stretch_wait import StretchWait


class Slow:
    """A performance that takes a while to prepare."""

    def __init__(self, error: Exception | None = None, *, is_elastic: bool = False) -> None:
        self.is_elastic, self.error = is_elastic, error
        self.may_end, self.count = threading.Event(), 0

    def prepare_stretch(self) -> None:
        self.count += 1
        self.may_end.wait(5)
        if self.error is not None:
            raise self.error


def settled(wait: StretchWait) -> None:
    """Wait for the preparation."""
    assert wait._done is not None
    wait._done.exception(5)


def test_a_tempo_message_waits_and_events_do_not() -> None:
    said: list[str] = []
    wait, slow, kick = StretchWait(said.append), Slow(), FireEvent("kick")
    performance: Any = slow

    assert wait.pass_on(performance, [SetTempo(150.0), kick]) == [kick]
    assert wait.pass_on(performance, []) == []
    slow.may_end.set()
    settled(wait)
    assert wait.pass_on(performance, [SetTempo(160.0)]) == [SetTempo(150.0), SetTempo(160.0)]
    assert slow.count == 1
    assert said == ["the tempo changes once the recordings are prepared for it"]
    wait.close()


def test_nothing_waits_where_recordings_are_prepared() -> None:
    performance: Any = Slow(is_elastic=True)

    assert StretchWait([].append).pass_on(performance, [SetTempo(150.0)]) == [SetTempo(150.0)]


def test_a_machine_that_cannot_prepare_keeps_the_tempo_and_says_so() -> None:
    said: list[str] = []
    wait, slow = StretchWait(said.append), Slow(OSError("no room"))
    performance: Any = slow
    slow.may_end.set()
    wait.pass_on(performance, [SetTempo(150.0)])
    if wait._done is not None:
        settled(wait)

    assert wait.pass_on(performance, []) == []
    assert said[-1] == "the tempo stays: recordings cannot be prepared for another one (no room)"
    assert wait._held == []
    wait.close()
