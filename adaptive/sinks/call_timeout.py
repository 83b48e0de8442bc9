"""Calls into sound libraries that may never return, and how a process ends that holds one.

A device that died can hold a call for ever.  So each such call runs in a thread of its own, with a
limit; if the limit passes the thread is left behind, and the process, which can no longer end in order
(the libraries' own endings would wait for that call), ends at once when its work is done.
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
"""What a dead device may still touch: kept for as long as the process lives."""


def leave_behind(what: object) -> None:
    """Keep something for ever, and end the process without the libraries' endings."""
    LEFT_BEHIND.append(what)


def within(seconds: float, what: str, call: Callable[[], T]) -> T:
    """Call a function in a thread of its own, and wait for it so long at the most.

    Parameters
    ----------
    seconds : float
        How long.
    what : str
        Begins the sentence if it does not return: "the sound card".
    call : callable
        Takes nothing.  If it returns too late, nobody hears of it.

    Raises
    ------
    DeviceError
        It has not returned.
    Exception
        Whatever it raised.
    """
    results: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            results.append((True, call()))
        except BaseException as error:  # raised again where somebody waits for it
            results.append((False, error))

    thread = threading.Thread(target=run, name="patience", daemon=True)
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
    """End the process: in order, or at once if something was left behind."""
    if LEFT_BEHIND:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
