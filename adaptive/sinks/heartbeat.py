"""Detects whether a device still asks for blocks, by counting its callbacks.

No other sign works on every system: after a JACK server was killed, PortAudio still reports its stream as
active.
"""

from __future__ import annotations

import sys
import time

LOOK_S = 0.02
"""Time between two looks at the counter."""

LEAST_LOSS_S = 0.15
"""Time without a callback after which a device counts as lost; virtual machines stall for up to 50 ms."""

BLOCKS_TO_LOSS = 4
"""The same in blocks, for devices with long blocks."""

FIRST_BLOCK_S = 2.0
"""Time that a device has to ask for its first block."""

BLOCKS_TO_LIFE = 3
LIFE_S = 0.05
"""Blocks, and time, after which a device counts as alive: a dead one may still ask for a late block."""


def stamp_s() -> float:
    """Seconds of the clock that callbacks are stamped with (`adaptive.kernel.clock`); it never jumps.

    It differs from `time.monotonic` on macOS, where that stops while the machine sleeps, and on Windows,
    where that is another counter before Python 3.13.
    """
    if sys.platform == "win32":
        return time.perf_counter()
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Heartbeat:
    """Follows the callback counter of one stream.

    Time counts only while the watcher itself runs.  If the machine or the interpreter stalls, the next look
    counts as two intervals at most, so that a device that could not answer is not taken for lost.

    Parameters
    ----------
    now_s : float
        Time at which the stream was started.
    block_s : float
        Duration of a block.
    """

    def __init__(self, now_s: float, block_s: float) -> None:
        self._loss_s = max(LEAST_LOSS_S, BLOCKS_TO_LOSS * block_s)
        self._looked_s = now_s
        self._blocks = 0
        self._has_begun = False
        self._silent_s = 0.0
        self._alive_since: tuple[float, int] | None = None

    def look(self, blocks: int, now_s: float) -> None:
        """Note the number of blocks that have been asked for so far."""
        passed = min(now_s - self._looked_s, 2.0 * LOOK_S)
        self._looked_s = now_s
        if blocks != self._blocks:
            if self._alive_since is None:
                self._alive_since = (now_s, blocks)
            self._blocks, self._silent_s, self._has_begun = blocks, 0.0, True
            return
        self._silent_s += passed
        if self._silent_s >= self._loss_s:
            self._alive_since = None

    @property
    def is_lost(self) -> bool:
        """Whether the device has not asked for a block for too long."""
        return self._silent_s >= (self._loss_s if self._has_begun else FIRST_BLOCK_S)

    @property
    def is_alive(self) -> bool:
        """Whether the device has asked for enough blocks, for long enough."""
        if self._alive_since is None:
            return False
        since_s, at = self._alive_since
        return self._looked_s - since_s >= LIFE_S and self._blocks - at >= BLOCKS_TO_LIFE
