"""Mutes stderr while ALSA, JACK and PortAudio write messages to it from C."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import sys
import threading
from collections.abc import Iterator

LONGEST_WAIT_S = 1.0
"""Most that a message waits while stderr is muted; listing devices takes a tenth of this."""

SETTERS = {
    "libasound.so.2": ("snd_lib_error_set_handler",),
    "libjack.so.0": ("jack_set_error_function", "jack_set_info_function"),
}
"""Functions that set where a library writes its messages; a JACK client writes long after its server died."""


class _Stderr:
    """Mutes stderr while at least one caller wants that.  `force` ends the muting for all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_open = threading.Event()
        self._is_open.set()
        self._kept: int | None = None
        self._muters = 0
        self._generation = 0

    def mute(self) -> int:
        """Discard what is written to stderr; returns a number to pass to `unmute`."""
        with self._lock:
            if self._muters == 0:
                with contextlib.suppress(OSError, AttributeError, ValueError):
                    sys.stderr.flush()
                with contextlib.suppress(OSError):  # there is no stderr
                    self._kept = os.dup(2)
                    nowhere = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(nowhere, 2)
                    os.close(nowhere)
                self._is_open.clear()
            self._muters += 1
            return self._generation

    def unmute(self, generation: int) -> None:
        """End one call of `mute`; without effect if `force` ended it already."""
        with self._lock:
            if generation == self._generation:
                self._muters -= 1
                if self._muters == 0:
                    self._restore()

    def force(self) -> None:
        """Unmute stderr although a caller still hangs in a library."""
        with self._lock:
            if self._muters:
                self._generation += 1
                self._muters = 0
                self._restore()

    def _restore(self) -> None:
        if self._kept is not None:
            os.dup2(self._kept, 2)
            os.close(self._kept)
            self._kept = None
        self._is_open.set()

    def wait(self) -> None:
        """Wait until stderr is not muted, at most `LONGEST_WAIT_S`."""
        self._is_open.wait(LONGEST_WAIT_S)


STDERR = _Stderr()


@contextlib.contextmanager
def muted_stderr() -> Iterator[None]:
    """Discard what C libraries write to stderr within the context."""
    generation = STDERR.mute()
    try:
        yield
    finally:
        STDERR.unmute(generation)


def reserve_stderr() -> None:
    """Reserve stderr for Python: from now on what C libraries write there is discarded.

    PortAudio writes three lines from its own thread when a PulseAudio server is killed, and has no setting
    for that.  `faulthandler` still reports a crash in C.
    """
    try:
        ours = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no stderr
        return
    with contextlib.suppress(AttributeError, OSError, ValueError):
        sys.stderr.flush()
    sys.stderr = os.fdopen(ours, "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    os.dup2(nowhere, 2)
    os.close(nowhere)
    faulthandler.enable(sys.stderr)


def discard_library_messages() -> None:
    """Discard the messages of ALSA and JACK for good.

    Their message handler is set to the C library's ``getpid``: it ignores its arguments and may be called
    from any thread, the audio thread too, which must never wait for Python.
    """
    if sys.platform != "linux":
        return
    nothing = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
    for library, setters in SETTERS.items():
        with contextlib.suppress(OSError, AttributeError):
            loaded = ctypes.CDLL(library)
            for setter in setters:
                getattr(loaded, setter)(nothing)
