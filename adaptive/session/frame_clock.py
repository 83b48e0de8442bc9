"""Which frame is rendered at which time: a line through the blocks in which a device asks for frames."""

from __future__ import annotations

from collections import deque

JUMP_S = 0.1
"""So far behind the line, the timeline has stood still: it was paused, and the line begins anew."""

KEPT_S = 4.0
"""Blocks that are remembered: a device's clock drifts by less than a millisecond in this time."""


class FrameClock:
    """Turns times of the monotonic clock into frames, and back.

    Frames are rendered a block at a time, so their number jumps, and whoever looks at it looks late.  Nobody
    looks early: the line goes through the observations that are the farthest ahead.

    Parameters
    ----------
    sample_rate : int
        Frames a second.
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._seen: deque[tuple[float, float]] = deque()
        self._last_frame = -1

    def observe(self, now_s: float, frame: int) -> None:
        """Note that `frame` frames are rendered; call it every few milliseconds."""
        if frame == self._last_frame:
            return  # between two blocks, or paused: it says nothing new
        if frame < self._last_frame:
            self._seen.clear()  # another performance
        self._last_frame = frame
        lead = frame - now_s * self.sample_rate
        if self._seen and lead < self._seen[0][1] - JUMP_S * self.sample_rate:
            self._seen.clear()
        while self._seen and self._seen[-1][1] <= lead:
            self._seen.pop()
        self._seen.append((now_s, lead))
        while self._seen[0][0] < now_s - KEPT_S:
            self._seen.popleft()

    def frame_at(self, at_s: float) -> float | None:
        """The frame that is rendered at a time; None before the first one."""
        return None if not self._seen else at_s * self.sample_rate + self._seen[0][1]

    def time_of(self, frame: float) -> float | None:
        """The time at which a frame is rendered; None before the first one."""
        return None if not self._seen else (frame - self._seen[0][1]) / self.sample_rate
