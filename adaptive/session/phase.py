"""Where the music should be: a straight line of frames heard over the monotonic clock.

While a device plays it is its own clock, and nothing is computed.  When it is lost the line is laid
through the last block it asked for; what drives the engine meanwhile follows the line, and whoever
takes over next begins where the line is, ahead by its own latency.  So it comes back in phase.

Frames are counted as they leave the engine, pauses included: a pause holds the timeline, not the clock.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """Frames heard by a time.

    Parameters
    ----------
    frames : float
        Heard at `at_s`.
    at_s : float
        On the clock of `time.monotonic`.
    sample_rate : int
        Frames a second.
    """

    frames: float
    at_s: float
    sample_rate: int

    def heard(self, now_s: float) -> float:
        """Frames heard at a time."""
        return self.frames + (now_s - self.at_s) * self.sample_rate

    def due_s(self, frames: float) -> float:
        """When so many frames are heard."""
        return self.at_s + (frames - self.frames) / self.sample_rate

    def lacking(self, made: int, latency_frames: int, now_s: float) -> int:
        """Frames to skip before a sink of this latency may begin; negative: it has to wait for so many."""
        return round(self.heard(now_s)) + latency_frames - made


def line_of_card(made: int, block_frames: int, latency_frames: int, last_s: float, rate: int) -> Line:
    """The line of a card that has asked for its last block at `last_s`, after which `made` frames are out."""
    return Line(made - block_frames - latency_frames, last_s, rate)
