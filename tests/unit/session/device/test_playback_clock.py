"""The line the music is on: what is heard when, whoever drives the engine."""

from __future__ import annotations

import pytest

from adaptive.session.device.playback_clock import TimeLine, line_of_card

RATE = 10


def test_the_line_counts_frames_by_the_clock() -> None:
    line = TimeLine(100.0, 5.0, RATE)

    assert [line.heard(5.0), line.heard(6.5), line.due_s(115)] == [100.0, 115.0, 6.5]


def test_a_card_that_has_asked_for_a_block_will_be_heard_when_its_latency_has_passed() -> None:
    line = line_of_card(made=108, block_frames=8, latency_frames=20, last_s=3.0, rate=RATE)

    # the block that begins at frame 100 is heard 2 s after it was asked for
    assert line.heard(5.0) == 100.0


@pytest.mark.parametrize(
    ("made", "latency", "expected"), [(120, 0, 10), (120, 5, 15), (130, 0, 0), (140, 4, -6)]
)
def test_a_card_begins_ahead_of_the_line_by_its_latency(made: int, latency: int, expected: int) -> None:
    assert TimeLine(100.0, 0.0, RATE).lacking(made, latency, now_s=3.0) == expected


def test_a_change_of_cards_leaves_what_is_heard_on_one_line() -> None:
    first = line_of_card(made=1000, block_frames=10, latency_frames=30, last_s=50.0, rate=RATE)
    made = 1000 + first.lacking(1000, 90, now_s=61.0)
    second = line_of_card(made=made + 5, block_frames=5, latency_frames=90, last_s=61.0, rate=RATE)

    assert second.heard(80.0) == first.heard(80.0)
