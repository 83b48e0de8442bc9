"""Runs `adaptive` in a process whose interpreter stalls: ``hog AT_S,AT_S… SECONDS play …``.

A call through `PyDLL` holds the global interpreter lock while it sleeps in C.  Times count from the ready
line.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time

from adaptive.cli import main as adaptive


class Watched:
    """A stdout that detects the ready line."""

    def __init__(self) -> None:
        self.is_ready = threading.Event()
        self._out = sys.stdout

    def write(self, text: str) -> int:
        """Write, and look for the ready line."""
        if '"ready"' in text:
            self.is_ready.set()
        return self._out.write(text)

    def flush(self) -> None:
        """Flush the real stdout."""
        self._out.flush()


def main() -> None:
    """Start the thread that stalls the interpreter, then run `adaptive`."""
    times, seconds = [float(text) for text in sys.argv[1].split(",")], float(sys.argv[2])
    sys.argv[1:] = sys.argv[3:]
    watched = Watched()
    sys.stdout = watched  # type: ignore[assignment]
    library = ctypes.PyDLL(None)

    def hold() -> None:
        watched.is_ready.wait()
        began = time.monotonic()
        for at in times:
            time.sleep(max(0.0, began + at - time.monotonic()))
            library.usleep(round(seconds * 1e6))

    threading.Thread(target=hold, daemon=True).start()
    adaptive()


if __name__ == "__main__":
    main()
