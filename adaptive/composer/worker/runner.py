"""Runs one generator, one bar after the other: in a process of its own, or in a thread.

A process is the rule.  It has its own interpreter lock, so a generator never delays the conductor; it can be
ended when it hangs; it can be given a limit of memory.  A thread has none of this.  It is for functions that
exist only in the running program, such as those of a notebook.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import subprocess
import sys
import threading
from typing import Protocol

from adaptive.composer.bar_source import Answer, BarFailure, raised
from adaptive.composer.checked_bar import BarError, checked_bar
from adaptive.composer.context import BarContext
from adaptive.composer.registry import GeneratorSpec
from adaptive.composer.worker import wire
from adaptive.composer.worker.child import READY

LOAD_S = 60.0
"""Limit for loading a generator: a large library takes ten seconds on a slow disk."""

GENERATOR = "--generator"
"""First argument with which a frozen program starts itself as a generator's process."""


class Runner(Protocol):
    """Composes bars, one at a time; called from one thread, which it blocks."""

    def start(self) -> str:
        """Load the generator; returns why that is impossible, empty if it is loaded."""

    def run(self, context: BarContext) -> tuple[Answer, bool]:
        """Compose a bar; the second value says whether the generator had to be stopped."""

    def close(self) -> None:
        """Stop, from any thread."""


def runner_of(spec: GeneratorSpec) -> Runner:
    """The runner of a generator: a process if another process can load it, else a thread."""
    return ProcessRunner(spec) if spec.address else ThreadRunner(spec)


class ProcessRunner:
    """Runs a generator in a process.

    Parameters
    ----------
    spec : GeneratorSpec
        The generator; it has an address.
    """

    def __init__(self, spec: GeneratorSpec) -> None:
        self._spec = spec
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def start(self) -> str:
        """Start the process and wait until the generator is loaded."""
        process = self._begin()
        if process is None:
            return f"the process of {self._spec.name} did not start"
        said, is_over = self._exchange(process, None, LOAD_S)
        if said == READY:
            return ""
        self._end()
        if is_over:
            return f"{self._spec.name} was not loaded within {LOAD_S:g} s"
        return said.decode("utf-8", "replace")[:400] if said else f"{self._spec.name} ended while it loaded"

    def run(self, context: BarContext) -> tuple[Answer, bool]:
        """Compose a bar in the process; one that has ended is started anew."""
        name = self._spec.name
        if self._process is None:
            problem = self.start()
            if problem:
                return BarFailure(problem), True
        assert self._process is not None
        process = self._process
        reply, is_over = self._exchange(process, wire.order_of(context), self._spec.limit_s)
        if reply is not None:
            with contextlib.suppress(wire.WireError):
                return wire.answer_of(reply), False
        self._end()
        if is_over:
            return BarFailure(f"{name} took more than {self._spec.limit_s:g} s for a bar"), True
        if reply is not None:
            return BarFailure(f"the process of {name} replied something that is no bar"), True
        return BarFailure(f"the process of {name} ended in the middle of a bar"), True

    def close(self) -> None:
        """End the process."""
        self._is_closed = True
        self._end()

    def _begin(self) -> subprocess.Popen[bytes] | None:
        spec = self._spec
        self._process = started_child(spec.address, spec.name, str(spec.memory_mb))
        if self._process is None:
            return None
        if self._is_closed:
            self._end()
            return None
        return self._process

    def _exchange(
        self, process: subprocess.Popen[bytes], order: bytes | None, limit_s: float
    ) -> tuple[bytes | None, bool]:
        """Send an order and return the reply, None if there is none, and whether the time was over."""
        assert process.stdin is not None
        assert process.stdout is not None
        over = threading.Event()

        def stop() -> None:
            over.set()
            process.kill()

        timer = threading.Timer(limit_s, stop)
        timer.daemon = True
        timer.start()
        try:
            if order is not None:
                wire.send(process.stdin, order)
            return wire.receive(process.stdout), over.is_set()
        except (OSError, ValueError, wire.WireError):
            return None, over.is_set()
        finally:
            timer.cancel()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_child(process)


def started_child(*arguments: str) -> subprocess.Popen[bytes] | None:
    """Start a process that composes; None: it did not start."""
    command = [sys.executable, "-m", "adaptive.composer.worker.child", *arguments]
    if getattr(sys, "frozen", False):  # a frozen program is its own interpreter: see `adaptive.__main__`
        command = [sys.executable, GENERATOR, *arguments]
    # it finds the modules that this program finds; its libraries leave the other processors to the music
    paths = os.pathsep.join(path for path in sys.path if path)
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = {**threads, **os.environ, "PYTHONPATH": paths}
    pipe = subprocess.PIPE
    try:
        # a session of its own, so that Ctrl-C does not reach it
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, start_new_session=True)
    except OSError:
        return None


def end_child(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that composes, and close its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


class ThreadRunner:
    """Runs a generator in a thread of this program; one that hangs is left behind, and another is started.

    Parameters
    ----------
    spec : GeneratorSpec
        The generator.
    """

    def __init__(self, spec: GeneratorSpec) -> None:
        self._spec = spec
        self._thread: threading.Thread | None = None
        self._contexts: queue.SimpleQueue[BarContext | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()

    def start(self) -> str:
        """Do nothing: the function is loaded."""
        return ""

    def run(self, context: BarContext) -> tuple[Answer, bool]:
        """Compose a bar in the thread."""
        if self._thread is None:
            self._contexts, self._answers = queue.SimpleQueue(), queue.SimpleQueue()
            self._thread = threading.Thread(
                target=_serve, args=(self._spec, self._contexts, self._answers), daemon=True,
                name=f"generator {self._spec.name}",
            )  # fmt: skip
            self._thread.start()
        self._contexts.put(context)
        try:
            return self._answers.get(timeout=self._spec.limit_s), False
        except queue.Empty:
            _interrupt(self._thread)
            self._thread = None
            name, limit_s = self._spec.name, self._spec.limit_s
            return BarFailure(f"{name} took more than {limit_s:g} s for a bar"), True

    def close(self) -> None:
        """Let the thread end."""
        self._contexts.put(None)


def _serve(
    spec: GeneratorSpec,
    contexts: queue.SimpleQueue[BarContext | None],
    answers: queue.SimpleQueue[Answer],
) -> None:
    with contextlib.suppress(SystemExit):  # the interruption may come when the bar is done
        while (context := contexts.get()) is not None:
            try:
                answers.put(checked_bar(context, spec.function(context)))
            except BarError as error:
                answers.put(BarFailure(f"{spec.name} {error}"))
            except Exception as error:
                answers.put(BarFailure(raised(spec.name, error)))


def _interrupt(thread: threading.Thread) -> None:
    """End a thread that runs Python code; code of a library is left running."""
    if thread.ident is not None:
        identity = ctypes.c_ulong(thread.ident)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, ctypes.py_object(SystemExit))
