from __future__ import annotations

from adaptive.session.log_limit import MINUTE_S, MOST_A_MINUTE, LogLimit


def test_so_many_a_minute_are_told_and_the_rest_is_counted() -> None:
    told: list[str] = []
    now_s = 0.0
    report = LogLimit(told.append, lambda: now_s)
    for number in range(MOST_A_MINUTE + 5):
        report(f"message {number}")
    many = list(told)
    now_s = MINUTE_S
    report("another\nline")

    assert many[:MOST_A_MINUTE] == [f"message {number}" for number in range(MOST_A_MINUTE)]
    assert many[MOST_A_MINUTE:] == ["more than 60 messages within a minute: the rest are only counted"]
    assert told[len(many) :] == ["5 more messages were suppressed", "another\N{REPLACEMENT CHARACTER}line"]


def test_a_complaint_now_and_then_is_always_told() -> None:
    told: list[str] = []
    now_s = 0.0
    report = LogLimit(told.append, lambda: now_s)
    for number in range(500):
        now_s += 1.5
        report(f"message {number}")

    assert told == [f"message {number}" for number in range(500)]
