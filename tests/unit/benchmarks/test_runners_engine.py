"""The engine itself follows a simulated runner as the simulation of `benchmarks.runners` does."""

from __future__ import annotations

import statistics

from benchmarks.runners import step_times
from benchmarks.runners_engine import follow


def test_the_engine_meets_a_runner_who_jumps() -> None:
    times = step_times(lambda t: 160.0 if t < 12.0 else 172.0, 26.0, 0.01)
    run = follow(times, 26.0, 4.0)
    late = run.asynchronies_ms(t for t in times if 6.0 < t < 11.0 or 19.0 < t < 25.0)

    assert abs(statistics.fmean(late)) <= 8.0
    assert statistics.pstdev(late) <= 15.0
