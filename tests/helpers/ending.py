"""Runs `adaptive` and ends it in a chosen way, half a second after it is ready: ``ending HOW play …``."""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable

from adaptive.cli import main as adaptive
from adaptive.session.live import LiveSession

AFTER_S = 0.5


class BrokenError(Exception):
    """An unexpected error."""


def fail() -> None:
    """Raise in the thread that calls."""
    raise BrokenError("nobody thought of this")


def fail_elsewhere() -> None:
    """Raise in a thread of its own."""
    threading.Thread(target=fail, name="elsewhere").start()


def fork() -> None:
    """Fork while the stream is open.  The child runs all exit handlers; the parent writes its exit code.

    The child does not return into the session, because its sockets belong to the parent.
    """
    child = os.fork()
    if child == 0:
        atexit._run_exitfuncs()
        ctypes.CDLL(None).exit(5)
    deadline = time.monotonic() + 5.0
    while (done := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    sys.stderr.write(f"the child ended with {os.waitstatus_to_exitcode(done[1]) if done[0] else None}\n")


ENDINGS: dict[str, Callable[[], object]] = {
    "exception": fail,
    "exception elsewhere": fail_elsewhere,
    "sys.exit": lambda: sys.exit(7),
    "os._exit": lambda: os._exit(9),
    "fork": fork,
}


def main() -> None:
    """Run `adaptive`, and end it from within the session's loop."""
    how = ENDINGS[sys.argv.pop(1)]
    run_due_steps, due = LiveSession._run_due_steps, time.monotonic() + 1e9
    is_done = False

    def hooked(session: LiveSession) -> None:
        nonlocal due, is_done
        if session.performance.engine.frame > 0:
            due = min(due, time.monotonic() + AFTER_S)
        if not is_done and time.monotonic() >= due:
            is_done = True
            how()
        run_due_steps(session)

    LiveSession._run_due_steps = hooked  # type: ignore[method-assign]
    adaptive()


if __name__ == "__main__":
    main()
