"""The playback clock: which frame should be heard at which time of the monotonic clock.

While a device plays, the device is the clock and nothing is computed.  When it is lost, a `TimeLine` is laid
through the last block that it asked for.  The clocked sink that replaces the device follows this line.  The
next device starts at the line, ahead by its own latency, so the music returns in phase.

Frames are counted as they leave the engine, those of a pause included.  A pause stops the music's timeline,
but not this clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.sinks.clocked import ClockedSink
from adaptive.sinks.sound_card import SoundCardSink


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A straight line: number of frames heard, over time.

    Parameters
    ----------
    frames : float
        Frames heard by `at_s`.
    at_s : float
        Seconds on the clock of `adaptive.sinks.heartbeat.stamp_s`.
    sample_rate : int
        Frames per second: the slope of the line.
    """

    frames: float
    at_s: float
    sample_rate: int

    def heard(self, now_s: float) -> float:
        """Number of frames heard by a time."""
        return self.frames + (now_s - self.at_s) * self.sample_rate

    def due_s(self, frames: float) -> float:
        """Time at which a number of frames has been heard."""
        return self.at_s + (frames - self.frames) / self.sample_rate

    def lacking(self, made: int, latency_frames: int, now_s: float) -> int:
        """Frames to skip before a sink of this latency starts; negative if it has to wait instead.

        `made` is the number of frames that have left the engine.
        """
        return round(self.heard(now_s)) + latency_frames - made


def line_of_card(made: int, block_frames: int, latency_frames: int, last_s: float, rate: int) -> TimeLine:
    """Line of a device that asked for its last block at `last_s`, when `made` frames had left the engine."""
    return TimeLine(made - block_frames - latency_frames, last_s, rate)


class PlaybackClock:
    """Counts the frames that leave the engine, whichever sink drives it, and keeps the line they follow.

    Parameters
    ----------
    sample_rate : int
        Frames per second.

    Attributes
    ----------
    made : int
        Frames that have left the engine.
    line : TimeLine
        When they are heard; up to date only while no device plays.
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.line = TimeLine(0.0, 0.0, sample_rate)
        self.made = 0
        self._before = 0

    def begin_card(self, card: SoundCardSink) -> None:
        """Count the frames of a device from here on; it may have played before."""
        self._before = self.made - card.stream_gate.frames

    def end_card(self, card: SoundCardSink, now_s: float) -> None:
        """Lay the line through the last block a device asked for; through the present if it never asked."""
        self.made = self._before + card.stream_gate.frames
        if card.stream_gate.last_s > 0.0:
            self.line = self.line_of(card)
        else:
            self.line = TimeLine(self.made, now_s, self.sample_rate)

    def line_of(self, card: SoundCardSink) -> TimeLine:
        """Line of a device that plays."""
        made = self._before + card.stream_gate.frames
        return line_of_card(
            made, card.block_frames, card.latency_frames, card.stream_gate.last_s, self.sample_rate
        )

    def begin_clock(self, clock: ClockedSink) -> None:
        """Start a clocked sink on the line."""
        self._before = self.made
        clock.start(self.line.due_s(self.made))

    def end_clock(self, clock: ClockedSink) -> None:
        """End the count of a clocked sink; it may have skipped time while the process was suspended."""
        self.made = self._before + clock.made_frames
        self.line = TimeLine(self._before, clock.due_s, self.sample_rate)
