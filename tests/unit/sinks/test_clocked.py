from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import numpy as np

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.sinks.clocked import BLOCK_FRAMES, LEAD_S, ClockedSink
from tests.helpers.playing import until

RATE = 48000


class Slow:
    """An engine whose pull takes long at one block."""

    def __init__(self, slow_block: int, seconds: float) -> None:
        self.spec = SimpleNamespace(sample_rate=RATE, channels=2)
        self.pulled = 0
        self._slow_block, self._seconds = slow_block, seconds

    def pull(self, frames: int, channels: int) -> Any:
        self.pulled += 1
        if self.pulled == self._slow_block:
            time.sleep(self._seconds)
        return np.zeros((frames, channels), np.float32)


def played(engine: Slow, blocks: int) -> ClockedSink:
    sink = ClockedSink(engine)  # type: ignore[arg-type]
    sink.start()
    try:
        assert until(lambda: engine.pulled >= blocks)
    finally:
        sink.stop()
    return sink


def test_blocks_that_come_after_their_time_are_counted() -> None:
    stalled_s = 0.3
    late = played(Slow(20, stalled_s), 80).late_blocks

    assert late >= (stalled_s - LEAD_S) * RATE // BLOCK_FRAMES - 1
    assert late < 50


def test_the_first_blocks_are_not_late() -> None:
    assert played(Slow(0, 0.0), 4).late_blocks == 0


def test_a_listener_that_fails_does_not_stop_the_clock() -> None:
    engine = Engine(EngineSpec())

    def fail(_block: bytes) -> None:
        raise OSError("gone")

    sink = ClockedSink(engine, "pcm", fail)
    sink.start()
    assert until(lambda: sink.faults > 3)
    sink.stop()

    assert engine.frame >= 4 * sink.block_frames
