from __future__ import annotations

import time

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.kernel import clock

SPIN_NS = 2_000_000
DRIFT_NS = 10_000
"""Python may read a clock of the system that is disciplined differently."""


def now_ns(record: np.ndarray) -> int:
    return int(clock.nanoseconds(record, address(record)))


def test_the_clock_runs_as_fast_as_pythons() -> None:
    record = aligned(np.int64, 2)
    now_ns(record)  # compiles
    before = time.monotonic_ns()
    first = now_ns(record)
    begun = time.monotonic_ns()
    while time.monotonic_ns() < begun + SPIN_NS:
        pass
    ended = time.monotonic_ns()
    last = now_ns(record)
    after = time.monotonic_ns()

    assert ended - begun - DRIFT_NS <= last - first <= after - before + DRIFT_NS


def test_the_clock_never_goes_back() -> None:
    record = aligned(np.int64, 2)
    times = [now_ns(record) for _ in range(1000)]

    assert times == sorted(times)
