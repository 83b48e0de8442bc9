"""Sinks without a device: a thread that pulls blocks at the pace of a clock.

The null sink throws them away; the stream hands them to listeners (a browser, a game).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from adaptive.engine.engine import Engine

BLOCK_FRAMES = 512
LEAD_S = 0.04
"""How far ahead of the clock blocks are made, so that a late thread is not heard at once."""

CATCH_UP_S = 2.0
"""After a longer standstill the lost time is skipped by the clock, never by the music."""


class ClockedSink:
    """Drives an engine by the system's monotonic clock.

    Parameters
    ----------
    engine : Engine
        What is pulled.
    name : str
        ``null``, ``web`` or ``pcm``.
    take : callable, optional
        Gets each block as interleaved little-endian float32 bytes, in this sink's thread.
    """

    def __init__(
        self, engine: Engine, name: str = "null", take: Callable[[bytes], None] | None = None
    ) -> None:
        self.engine, self.name = engine, name
        self.take = take
        self.channels = engine.spec.channels
        self.latency_frames = BLOCK_FRAMES + round(LEAD_S * engine.spec.sample_rate)
        self.made_frames = 0
        self.skipped_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sink-{name}", daemon=True)

    def start(self) -> None:
        """Begin to pull."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait for the thread; the engine's memory may be dropped after this."""
        self._stopping.set()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        rate = self.engine.spec.sample_rate
        began = time.monotonic() - LEAD_S
        while not self._stopping.is_set():
            due = (time.monotonic() - began) * rate - self.made_frames
            if due > CATCH_UP_S * rate:
                lost = due / rate - LEAD_S
                began += lost
                self.skipped_s += lost
                continue
            if due < BLOCK_FRAMES:
                self._stopping.wait((BLOCK_FRAMES - due) / rate)
                continue
            block = self.engine.pull(BLOCK_FRAMES, self.channels)
            self.made_frames += BLOCK_FRAMES
            if self.take is not None:
                self.take(block.tobytes())
