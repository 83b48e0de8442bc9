from __future__ import annotations

from typing import Any

from benchmarks.peers import latency


def heard(us: list[float], ran: int) -> dict[str, Any]:
    return {"us": us, "due": 100.4, "ran": ran, "silent": 1, "lost": 0}


def test_rounds_are_joined_and_missing_cycles_are_added() -> None:
    row = latency._together([heard([1000.0, 2000.0, 3000.0], 98), heard([4000.0], 101)])

    assert row["packets"] == 4
    assert row["p50_ms"] == [2.0, 4.0]
    assert row["max_ms"] == 4.0
    assert (row["cycles"], row["missing"], row["silent"]) == (201, 2, 2)


def test_a_latency_row_that_failed_has_as_many_columns_as_one_that_did_not() -> None:
    measured = {"stress": "idle", "peer": "A", **latency._together([heard([1000.0], 100)])}
    failed = {"stress": "idle", "peer": "B", "fault": "never said 'ready'"}

    first, second = (
        line.count("|") for line in latency.show([measured, failed]).splitlines() if "idle" in line
    )
    assert first == second


def test_without_jack_the_page_says_what_to_install() -> None:
    assert "| all | apt |" in latency.show([{"peer": "all", "missing": "apt"}])
