"""Calls into sound libraries with a time limit, and the end of a process in which such a call hangs.

A call to a device that died may never return.  So each such call runs in a thread of its own, with a time
limit.  If the limit passes, the thread is abandoned.  The process then cannot end normally, because the
libraries' exit handlers would wait for that call; when its work is done it ends with `os._exit`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from adaptive.errors import DeviceError
from adaptive.sinks.stderr_mute import STDERR

T = TypeVar("T")

LEFT_BEHIND: list[object] = []
"""Objects that a hanging call may still use; they are kept until the process ends."""


def leave_behind(what: object) -> None:
    """Keep an object until the process ends, and let `leave` skip the libraries' exit handlers."""
    LEFT_BEHIND.append(what)


def within(seconds: float, what: str, call: Callable[[], T]) -> T:
    """Call a function in a thread of its own, and wait for it for a limited time.

    Parameters
    ----------
    seconds : float
        The time limit.
    what : str
        Subject of the error message, such as "the sound card".
    call : callable
        A function without parameters.  What it returns after the limit is lost.

    Returns
    -------
    T
        What the function returned.

    Raises
    ------
    DeviceError
        The function has not returned in time.
    Exception
        Whatever the function raised.
    """
    results: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            results.append((True, call()))
        except BaseException as error:  # raised again in the thread that waits
            results.append((False, error))

    thread = threading.Thread(target=run, name="call-timeout", daemon=True)
    thread.start()
    thread.join(seconds)
    if not results:
        STDERR.force()
        leave_behind(call)
        message = f"{what} does not answer (waited {seconds:g} s)"
        raise DeviceError(message)
    is_fine, result = results[0]
    if not is_fine:
        raise result
    returned: T = result
    return returned


def leave(code: int) -> NoReturn:
    """End the process: normally, or at once with `os._exit` if a call was abandoned."""
    if LEFT_BEHIND:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
