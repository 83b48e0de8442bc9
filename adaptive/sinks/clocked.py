"""Sinks without a device: a thread pulls blocks from the engine at the pace of a clock.

The null sink discards them; the stream sends them to listeners (a browser, a game).
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from adaptive.engine.engine import Engine
from adaptive.sinks.heartbeat import stamp_s

BLOCK_FRAMES = 512
LEAD_S = 0.04
"""How far ahead of the clock blocks are rendered, so that a short delay of the thread is not heard."""

CATCH_UP_S = 2.0
"""After a longer stall the lost time is dropped from the clock; no music is skipped."""


class ClockedSink:
    """Drives an engine by the system's monotonic clock.

    Parameters
    ----------
    engine : Engine
        The engine to drive.
    name : str
        ``null``, ``web`` or ``pcm``.
    take : callable, optional
        Is given each block as interleaved little-endian float32 bytes, in this sink's thread.
    lead_s : float
        How far ahead of the clock blocks are rendered.
    block_frames : int
        Frames per block.

    Attributes
    ----------
    made_frames : int
        Frames rendered so far.
    late_blocks : int
        Blocks whose rendering began after their first frame was due.
    faults : int
        Exceptions that `take` raised.
    due_s : float
        Time at which frame 0 was due, later by each time that was dropped.
    skipped_s : float
        Time dropped after stalls.
    """

    def __init__(
        self,
        engine: Engine,
        name: str = "null",
        take: Callable[[bytes], None] | None = None,
        lead_s: float = LEAD_S,
        block_frames: int = BLOCK_FRAMES,
    ) -> None:
        self.engine, self.name = engine, name
        self.take = take
        self.channels = engine.spec.channels
        self.block_frames, self._lead_s = block_frames, lead_s
        self.latency_frames = block_frames + round(lead_s * engine.spec.sample_rate)
        self.made_frames = 0
        self.faults = 0
        self.late_blocks = 0
        self.due_s = 0.0
        self.skipped_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sink-{name}", daemon=True)

    def start(self, due_s: float | None = None) -> None:
        """Start.  The first frame is due now, or at `due_s` on the clock of `heartbeat.stamp_s`."""
        self.due_s = stamp_s() if due_s is None else due_s
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait for the thread.  The engine's memory may be released afterwards."""
        self._stopping.set()
        self._thread.join(timeout=5.0)

    @property
    def is_running(self) -> bool:
        """Whether the thread may still be inside the engine."""
        return self._thread.is_alive()

    def _run(self) -> None:
        rate, frames = self.engine.spec.sample_rate, self.block_frames
        while not self._stopping.is_set():
            due = (stamp_s() + self._lead_s - self.due_s) * rate - self.made_frames
            if due > CATCH_UP_S * rate:
                lost = due / rate - self._lead_s
                self.due_s += lost
                self.skipped_s += lost
                continue
            if due < frames:
                self._stopping.wait((frames - due) / rate)
                continue
            # the first frame is due and not rendered yet: on a sound card this would be an underrun
            self.late_blocks += self.made_frames > self._lead_s * rate < due
            block = self.engine.pull(frames, self.channels)
            self.made_frames += frames
            if self.take is not None:
                self._pass_on(block.tobytes())

    def _pass_on(self, block: bytes) -> None:
        """Pass a block to `take`.  An exception there is counted, and does not stop this thread."""
        assert self.take is not None
        try:
            self.take(block)
        except Exception:
            self.faults += 1
