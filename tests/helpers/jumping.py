"""Runs `adaptive` in a process whose wall clock jumps by days, twice a second: ``jumping play …``."""

from __future__ import annotations

import time

from adaptive.cli import main as adaptive

DAYS = (0, 1, -1, 400)
DAY_S = 86_400.0


def main() -> None:
    """Replace the wall clock, then run `adaptive`."""
    wall = time.time  # noqa: TID251  # the wall clock is what is tested

    def jumping() -> float:
        return wall() + DAY_S * DAYS[int(2.0 * time.monotonic()) % len(DAYS)]

    time.time = jumping  # noqa: TID251
    adaptive()


if __name__ == "__main__":
    main()
