from __future__ import annotations

from benchmarks.peers import starts


def test_memory_and_engines_are_shown_and_whether_they_keep_up() -> None:
    program = {
        "peer": "A",
        "start_s": [0.1],
        "offline_times": [10.0],
        "minute_mb": [23.0],
        "engine_mb": [5.0],
    }
    shared = {"percent": [90.0], "late_percent": [1.0], "longest_ms": [6.0], "mb_an_engine": [4.0]}
    engines = [{"engines": n, "times_real_time": [speed], **shared} for n, speed in ((20, 1.1), (50, 0.9))]

    lines = starts.show([program, *engines]).splitlines()

    assert "| A | 0.100 | 10.0 | 23.0 | 5.00 |  |" in lines
    assert any(line.startswith("| 20 ") and line.endswith("| yes |") for line in lines)
    assert any(line.startswith("| 50 ") and line.endswith("| no |") for line in lines)
