"""A quiet stderr: ALSA, JACK and PortAudio write there, in C, of all that is missing on this machine."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import sys
import threading
from collections.abc import Iterator

LONGEST_WAIT_S = 1.0
"""Looking for devices takes a tenth of this; a sentence does not wait longer for it."""

SETTERS = {
    "libasound.so.2": ("snd_lib_error_set_handler",),
    "libjack.so.0": ("jack_set_error_function", "jack_set_info_function"),
}
"""Libraries that let their complaints be sent elsewhere: a JACK client goes on long after its server died."""


class _Stderr:
    """Turns stderr away for as long as somebody wants it, and back in any case."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_loud = threading.Event()
        self._is_loud.set()
        self._kept: int | None = None
        self._wanted = 0
        self._turn = 0

    def turn_away(self) -> int:
        """Send what is written to stderr nowhere; the number is needed to turn it back."""
        with self._guard:
            if self._wanted == 0:
                with contextlib.suppress(OSError, AttributeError, ValueError):
                    sys.stderr.flush()
                with contextlib.suppress(OSError):  # there is no stderr to keep clean
                    self._kept = os.dup(2)
                    nowhere = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(nowhere, 2)
                    os.close(nowhere)
                self._is_loud.clear()
            self._wanted += 1
            return self._turn

    def turn_back(self, turn: int) -> None:
        """End one turning away; does nothing if it was ended by force."""
        with self._guard:
            if turn == self._turn:
                self._wanted -= 1
                if self._wanted == 0:
                    self._restore()

    def force(self) -> None:
        """Turn it back although somebody still hangs in a library."""
        with self._guard:
            if self._wanted:
                self._turn += 1
                self._wanted = 0
                self._restore()

    def _restore(self) -> None:
        if self._kept is not None:
            os.dup2(self._kept, 2)
            os.close(self._kept)
            self._kept = None
        self._is_loud.set()

    def wait(self) -> None:
        """Wait until stderr is itself again, but not for ever."""
        self._is_loud.wait(LONGEST_WAIT_S)


STDERR = _Stderr()


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Let what C libraries write to stderr go nowhere."""
    turn = STDERR.turn_away()
    try:
        yield
    finally:
        STDERR.turn_back(turn)


def part_from_libraries() -> None:
    """Keep stderr for this program's own sentences: what C libraries write there goes nowhere from now on.

    PortAudio prints three lines from its own thread when a Pulse server is killed, and has no setting
    for it.  Should the process come down in C, Python still says where.
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


def hush_libraries() -> None:
    """Send the complaints of ALSA and JACK nowhere, for good.

    The function they get is the C library's ``getpid``: it takes no notice of its arguments and may be
    called from any thread, the audio thread too, which must never wait for Python.
    """
    if sys.platform != "linux":
        return
    nothing = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
    for library, setters in SETTERS.items():
        with contextlib.suppress(OSError, AttributeError):
            loaded = ctypes.CDLL(library)
            for setter in setters:
                getattr(loaded, setter)(nothing)
