"""Is the device still asking for blocks?  Counting callbacks is the only sign that every system gives.

A JACK server that is killed tells nobody; PortAudio goes on calling its stream active.
"""

from __future__ import annotations

import sys
import time

LOOK_S = 0.02
"""How often a watcher looks."""

LEAST_LOSS_S = 0.15
"""Silence of a device that counts as its loss; virtual machines stand still for 50 ms now and then."""

BLOCKS_TO_LOSS = 4
"""The same in blocks, where blocks are long."""

FIRST_BLOCK_S = 2.0
"""What a device may take to ask for its first block."""

BLOCKS_TO_LIFE = 3
LIFE_S = 0.05
"""Blocks that must come, over so long, before a device counts as alive: one may come late from a dead one."""


def stamp_s() -> float:
    """Read the clock that callbacks are stamped with (`adaptive.kernel.clock`): it never jumps.

    It is not `time.monotonic` everywhere: on macOS that stands still while the machine sleeps, on Windows it
    is another counter before Python 3.13.
    """
    if sys.platform == "win32":
        return time.perf_counter()
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Heartbeat:
    """Follows the callback counter of one stream.

    Time counts only while the watcher itself runs: if the whole machine stood still, or the interpreter,
    a look that comes late counts as one look, and nothing is called lost that had no chance to answer.

    Parameters
    ----------
    now_s : float
        When the stream was started.
    block_s : float
        How long a block lasts.
    """

    def __init__(self, now_s: float, block_s: float) -> None:
        self._loss_s = max(LEAST_LOSS_S, BLOCKS_TO_LOSS * block_s)
        self._looked_s = now_s
        self._blocks = 0
        self._has_begun = False
        self._silent_s = 0.0
        self._alive_since: tuple[float, int] | None = None

    def look(self, blocks: int, now_s: float) -> None:
        """Note how many blocks have been asked for by now."""
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
        """Whether it has been silent for too long."""
        return self._silent_s >= (self._loss_s if self._has_begun else FIRST_BLOCK_S)

    @property
    def is_alive(self) -> bool:
        """Whether blocks have been coming for a while."""
        if self._alive_since is None:
            return False
        since_s, at = self._alive_since
        return self._looked_s - since_s >= LIFE_S and self._blocks - at >= BLOCKS_TO_LIFE
