"""Bar sources that run in workers, and the workers of a performance."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections.abc import Callable

from adaptive.composer.bar_source import Answer, BarRequest, BarSource, StepSource
from adaptive.composer.registry import GeneratorSpec
from adaptive.composer.worker.host import BarHost
from adaptive.composer.worker.runner import runner_of

BEGIN_S = 5.0
"""The longest that all generators together may delay the beginning of live music, in seconds."""


class WorkerSource:
    """Asks a host for the bars of a layer.

    Parameters
    ----------
    host : BarHost
        Runs the generator.
    number : int
        Stands for the layer in the host's queue.
    longest_wait_s : callable or None
        Returns how long to wait for a bar where waiting is allowed; None: it is always allowed, and without
        a limit, because nothing is late offline.
    """

    def __init__(self, host: BarHost, number: int, longest_wait_s: Callable[[], float] | None) -> None:
        self._host, self._number, self._longest_wait_s = host, number, longest_wait_s

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
        wait_s: float | None = None
        if self._longest_wait_s is not None:
            wait_s = self._longest_wait_s() if may_wait else 0.0
        return self._host.take((self._number, request.key), wait_s)


class BarWorkers:
    """The workers of a performance: one host for each generator that is not quick.

    Parameters
    ----------
    is_live : bool
        Whether the music sounds while it is made, so that a bar can be late.
    """

    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live
        self._hosts: list[tuple[GeneratorSpec, BarHost]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._begin_by_s: float | None = None
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
            if self._is_live:
                host.start()  # it is loaded while the rest of the preset is prepared
        return WorkerSource(host, next(self._numbers), self._left_s if self._is_live else None)

    def close(self) -> None:
        """Stop all workers; bars that are asked for afterwards are failures."""
        self._finalizer()

    def _left_s(self) -> float:
        """What is left of the time by which the beginning may be delayed."""
        now_s = time.monotonic()
        if self._begin_by_s is None:
            self._begin_by_s = now_s + BEGIN_S
        return max(0.0, self._begin_by_s - now_s)


def _close(hosts: list[tuple[GeneratorSpec, BarHost]]) -> None:
    for _, host in hosts:
        host.close()
