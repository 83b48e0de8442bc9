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


def test_a_message_that_is_repeated_is_told_once_until_it_was_away_for_a_minute() -> None:
    told: list[str] = []
    now_s = 0.0
    report = LogLimit(told.append, lambda: now_s)
    for _ in range(1000):
        now_s += 0.5
        report(f"the tempo stays, got {now_s}")
    report("another")
    now_s += MINUTE_S + 1.0
    report("the tempo stays, got 5")

    assert told == ["the tempo stays, got 0.5", "another", "the tempo stays, got 5"]
