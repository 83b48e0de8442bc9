"""When a device counts as lost: only its silence does, never the watcher's own."""

from __future__ import annotations

import pytest

from adaptive.sinks.heartbeat import FIRST_BLOCK_S, LEAST_LOSS_S, LOOK_S, Heartbeat


class Watched:
    """A heartbeat with a clock that stands where it is put."""

    def __init__(self, block_s: float = 0.0027) -> None:
        self.now_s, self.blocks = 100.0, 0
        self.heart = Heartbeat(self.now_s, block_s)

    def look(self, seconds: float, blocks: int = 0, every_s: float = LOOK_S) -> Heartbeat:
        """Look for so long, with so many blocks at every look."""
        for _ in range(round(seconds / every_s)):
            self.now_s += every_s
            self.blocks += blocks
            self.heart.look(self.blocks, self.now_s)
        return self.heart


def test_a_device_that_asks_is_alive_and_not_lost() -> None:
    heart = Watched().look(1.0, blocks=7)

    assert (heart.is_alive, heart.is_lost) == (True, False)


def test_a_device_that_is_silent_for_long_enough_is_lost() -> None:
    watched = Watched()
    watched.look(1.0, blocks=7)

    assert not watched.look(LEAST_LOSS_S - 2 * LOOK_S).is_lost
    assert watched.look(3 * LOOK_S).is_lost
    assert not watched.heart.is_alive


def test_long_blocks_are_waited_for() -> None:
    watched = Watched(block_s=0.17)
    watched.look(1.0, blocks=1)

    assert not watched.look(0.5).is_lost
    assert watched.look(0.3).is_lost


def test_a_watcher_that_stood_still_itself_calls_nobody_lost() -> None:
    watched = Watched()
    watched.look(1.0, blocks=7)

    assert not watched.look(3.0, every_s=1.0).is_lost  # three looks, a second apart


def test_a_device_may_take_its_time_for_the_first_block() -> None:
    watched = Watched()

    assert not watched.look(FIRST_BLOCK_S - 2 * LOOK_S).is_lost
    assert watched.look(4 * LOOK_S).is_lost


@pytest.mark.parametrize("late", [1, 2])
def test_a_block_that_comes_late_from_a_dead_device_brings_it_not_to_life(late: int) -> None:
    watched = Watched()
    watched.look(1.0, blocks=7)
    watched.look(1.0)
    watched.look(late * LOOK_S, blocks=1)

    assert not watched.heart.is_alive
    assert not watched.look(1.0).is_alive


def test_a_device_that_wakes_up_is_alive_again() -> None:
    watched = Watched()
    watched.look(1.0, blocks=7)
    watched.look(5.0)

    assert watched.look(0.1, blocks=7).is_alive
