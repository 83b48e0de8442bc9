"""The host of the process that composes ahead: replies arrive, and a process that ends is started again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from adaptive.composer.bar import as_played
from adaptive.composer.registry import BUILT_IN
from adaptive.composer.worker.ahead_host import PrefetchHost
from adaptive.composer.worker.ahead_orders import BarOrder, PartOrder
from adaptive.music.note import Note
from tests.unit.composer.composing import contexts

CONTEXT = contexts(bars=1, layer="bass")[0]


def fetched(host: PrefetchHost, is_there: Callable[[], object]) -> None:
    until = time.monotonic() + 60.0
    while not is_there():
        host.fetch(1)
        assert time.monotonic() < until
        time.sleep(0.01)


def test_orders_are_carried_out_in_a_process_that_is_started_again_when_it_ends() -> None:
    host, bars, parts = PrefetchHost(), [], []

    def keep(_memory: Mapping[str, Any] | None, notes: tuple[Note, ...]) -> None:
        bars.append(notes)

    order = BarOrder("bass", CONTEXT, Fraction(1))
    try:
        assert host.ask(PartOrder(CONTEXT.plan.part.brief, 0), lambda m, _: parts.append(m), is_needed=False)
        assert host.ask(order, keep, is_needed=True)
        fetched(host, lambda: bars and parts)
        assert bars == [as_played(BUILT_IN["bass"].function(CONTEXT).notes, CONTEXT, Fraction(1))]
        assert all(took_s > 0.0 for _, took_s in host.took_s)
        process = host._link.process
        assert process is not None
        os.kill(process.pid, signal.SIGTERM)
        host.ask(order, keep, is_needed=True)
        fetched(host, lambda: len(bars) == 2)
        assert bars[0] == bars[1]
    finally:
        host.close()
    assert host.is_over
    assert not host.ask(order, keep, is_needed=True)
