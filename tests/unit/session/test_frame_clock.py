import pytest

from adaptive.session.frame_clock import JUMP_S, FrameClock

RATE, BLOCK = 48000, 1024


def seen(clock: FrameClock, seconds: float, look_s: float = 0.0027, begin_s: float = 100.0) -> float:
    """Look at a device that takes a block whenever one is due; returns the time of the last look."""
    now = begin_s
    while now < begin_s + seconds:
        blocks = int((now - begin_s) * RATE / BLOCK) + 1
        clock.observe(now, blocks * BLOCK)
        now += look_s
    return now


def test_the_line_is_steady_although_frames_come_in_blocks() -> None:
    clock = FrameClock(RATE)
    seen(clock, 3.0)

    late = [clock.time_of(block * BLOCK) - (100.0 + (block - 1) * BLOCK / RATE) for block in (50, 90, 140)]  # type: ignore[operator]

    assert all(0.0 <= one <= 0.0005 for one in late)
    assert clock.frame_at(102.0) == pytest.approx(2.0 * RATE + BLOCK, abs=30)


def test_nothing_is_known_before_the_first_frame() -> None:
    assert FrameClock(RATE).frame_at(1.0) is None
    assert FrameClock(RATE).time_of(1.0) is None


def test_after_a_pause_the_line_begins_anew() -> None:
    clock = FrameClock(RATE)
    clock.observe(100.0, 48000)
    clock.observe(100.0 + 2.0 * JUMP_S, 48000)  # paused
    clock.observe(101.0, 48256)

    assert clock.time_of(48256) == pytest.approx(101.0)


def test_another_performance_begins_at_zero() -> None:
    clock = FrameClock(RATE)
    clock.observe(100.0, 480000)
    clock.observe(100.1, 256)

    assert clock.time_of(256) == pytest.approx(100.1)
