"""Loads for the Python interpreter: a thread that holds the GIL, and garbage collection of many objects."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable

OBJECTS = 1_000_000
GIL, COLLECT = "gil", "collect"

Load = Callable[[threading.Event, Callable[[], None]], None]
"""Runs until the event is set, and calls the function once it has begun."""


def hold_gil(stop: threading.Event, begun: Callable[[], None] = lambda: None) -> None:
    """Compute in pure Python without a pause until `stop` is set; call `begun` first."""
    begun()
    total = 0
    while not stop.is_set():
        for number in range(200_000):
            total += number * number
    del total


def collect(stop: threading.Event, begun: Callable[[], None] = lambda: None) -> None:
    """Run garbage collections over a million objects until `stop` is set; call `begun` before the first."""
    kept = [{"list": [number]} for number in range(OBJECTS)]
    begun()
    while not stop.is_set():
        gc.collect()
        time.sleep(0.05)
    del kept


def begin_when_told() -> None:
    """Start a thread that reads a stress from a line of stdin, runs it and prints ``stressed``."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    kinds = {GIL: hold_gil, COLLECT: collect}
    name = sys.stdin.readline().strip()
    if name in kinds:
        kinds[name](threading.Event(), lambda: print("stressed", flush=True))
    elif name:
        print("stressed", flush=True)
