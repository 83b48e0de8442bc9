"""The loudness of what a live session plays: measured in a worker, from a copy that the kernel keeps."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from adaptive.analysis.loudness import Loudness, LoudnessMeter
from adaptive.engine.engine import Audio, Engine

RING_S = 4.0
"""A worker that is late by less than three quarters of this misses nothing."""

LOOK_S = 0.1
"""Time between two looks at what was played, in seconds of music."""


class LiveLoudness:
    """Measures from the first call of `follow` on; before, nothing is kept and nothing is measured.

    The end of the master is measured: behind the limiter and the listener's volume.

    Attributes
    ----------
    listeners : list of callable
        Are given what was played, shape (frames, channels), in the worker's thread.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._job: Future[None] | None = None
        self._engine: Engine | None = None
        self._meter: LoudnessMeter | None = None
        self._looked_s = 0.0
        self.now: Loudness | None = None
        self.listeners: list[Callable[[Audio], None]] = []

    def follow(self, engine: Engine) -> None:
        """Look at what was played, if it is time; another engine continues the same measurement."""
        seconds = engine.frame / engine.spec.sample_rate
        if engine is not self._engine:
            engine.listen_to_output(RING_S)
            self._engine, self._looked_s = engine, seconds
        if self._meter is None:
            self._meter = LoudnessMeter(engine.spec.sample_rate, engine.spec.channels)
        if seconds - self._looked_s < LOOK_S or (self._job is not None and not self._job.done()):
            return
        self._looked_s = seconds
        self._pool = self._pool or ThreadPoolExecutor(1, "loudness")
        self._job = self._pool.submit(self._measure, engine, self._meter)

    def finish(self) -> None:
        """Hand what was played to the end to the listeners; call it once nothing is rendered any more."""
        if self._job is not None:
            with contextlib.suppress(Exception):  # a listener has failed before
                self._job.result(RING_S)
        if self._engine is not None and self._meter is not None:
            self._measure(self._engine, self._meter)

    def close(self) -> None:
        """End the worker, and let go of the meter: soxr reports resamplers that outlive the interpreter."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._meter = self._job = None

    def _measure(self, engine: Engine, meter: LoudnessMeter) -> None:
        frames = engine.take_output()
        for listen in self.listeners:
            listen(frames)
        meter.add(frames)
        self.now = meter.now()
