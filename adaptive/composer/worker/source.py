"""Bar sources that run in workers, and the workers of a performance."""

from __future__ import annotations

import itertools
import threading
import time
import weakref

from adaptive.composer.bar_source import Answer, BarRequest, BarSource, StepSource
from adaptive.composer.registry import GeneratorSpec
from adaptive.composer.worker.host import BarHost
from adaptive.composer.worker.runner import runner_of

BEGIN_S = 5.0
"""The longest that all generators together may delay the beginning of live music, in seconds."""


class Waiting:
    """How long the music waits for bars: offline without a limit, live only before it begins.

    Attributes
    ----------
    is_live : bool
        Whether the music sounds while it is made, so that a bar can be late.
    """

    def __init__(self) -> None:
        self.is_live = False
        self._begin_by_s: float | None = None

    def longest_s(self, *, may_wait: bool) -> float | None:
        """Seconds to wait for a bar; None: without a limit.  `may_wait`: nothing sounds yet."""
        if not self.is_live:
            return None
        if not may_wait:
            return 0.0
        now_s = time.monotonic()
        if self._begin_by_s is None:
            self._begin_by_s = now_s + BEGIN_S
        return max(0.0, self._begin_by_s - now_s)


class WorkerSource:
    """Asks a host for the bars of a layer.

    Parameters
    ----------
    host : BarHost
        Runs the generator.
    number : int
        Stands for the layer in the host's queue.
    waiting : Waiting
        Says how long to wait for a bar.
    """

    def __init__(self, host: BarHost, number: int, waiting: Waiting) -> None:
        self._host, self._number, self._waiting = host, number, waiting

    @property
    def is_immediate(self) -> bool:
        """False: a bar may be late."""
        return False

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        """Queue a bar."""
        self._host.ask((self._number, request.key), request.context, is_ahead=is_ahead)

    def take(self, request: BarRequest, *, may_wait: bool = False) -> Answer | None:
        """Return the bar if it is there."""
        self.ask(request)
        return self._host.take((self._number, request.key), self._waiting.longest_s(may_wait=may_wait))


class BarWorkers:
    """The workers of a performance: one host for each generator that is not quick."""

    def __init__(self) -> None:
        self._waiting = Waiting()
        self._hosts: list[tuple[GeneratorSpec, BarHost]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _close, self._hosts)

    def source_of(self, spec: GeneratorSpec, _layer: str) -> BarSource:
        """Make the source of a layer.  Any thread: an edit is prepared in one of its own."""
        if spec.is_quick:
            return StepSource(spec)
        with self._lock:
            host = next((host for known, host in self._hosts if known is spec), None)
            if host is None:
                host = BarHost(spec.name, runner_of(spec))
                self._hosts.append((spec, host))
            if self._waiting.is_live:
                host.start()  # it is loaded while the rest of an edit is prepared
        return WorkerSource(host, next(self._numbers), self._waiting)

    @property
    def is_live(self) -> bool:
        """Whether a bar can be late."""
        return self._waiting.is_live

    def go_live(self) -> None:
        """From now on a bar can be late; generators are loaded at once."""
        self._waiting.is_live = True
        with self._lock:
            for _, host in self._hosts:
                host.start()

    def close(self) -> None:
        """Stop all workers; bars that are asked for afterwards are failures."""
        self._finalizer()


def _close(hosts: list[tuple[GeneratorSpec, BarHost]]) -> None:
    for _, host in hosts:
        host.close()
