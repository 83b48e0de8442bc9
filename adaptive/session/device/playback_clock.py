"""Where the music should be: a straight line of frames heard over the monotonic clock.

While a device plays it is its own clock, and nothing is computed.  When it is lost the line is laid
through the last block it asked for; what drives the engine meanwhile follows the line, and whoever
takes over next begins where the line is, ahead by its own latency.  So it comes back in phase.

Frames are counted as they leave the engine, pauses included: a pause holds the timeline, not the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.sinks.clocked import ClockedSink
from adaptive.sinks.sound_card import CardSink


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Frames heard by a time.

    Parameters
    ----------
    frames : float
        Heard at `at_s`.
    at_s : float
        On the clock of `watch.stamp_s`.
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


def line_of_card(made: int, block_frames: int, latency_frames: int, last_s: float, rate: int) -> TimeLine:
    """The line of a card that has asked for its last block at `last_s`, after which `made` frames are out."""
    return TimeLine(made - block_frames - latency_frames, last_s, rate)


class PlaybackClock:
    """How many frames have left the engine, under whom, and the line they are heard on.

    Parameters
    ----------
    sample_rate : int
        Frames a second.
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.line = TimeLine(0.0, 0.0, sample_rate)
        self.made = 0
        self._before = 0

    def begin_card(self, card: CardSink) -> None:
        """Count what a card is given from here on; it may have played before."""
        self._before = self.made - card.stream_gate.frames

    def end_card(self, card: CardSink, now_s: float) -> None:
        """Lay the line through the last block a card has asked for; through the present if it never has."""
        self.made = self._before + card.stream_gate.frames
        if card.stream_gate.last_s > 0.0:
            self.line = self.line_of(card)
        else:
            self.line = TimeLine(self.made, now_s, self.sample_rate)

    def line_of(self, card: CardSink) -> TimeLine:
        """The line a card that plays is on."""
        made = self._before + card.stream_gate.frames
        return line_of_card(
            made, card.block_frames, card.latency_frames, card.stream_gate.last_s, self.sample_rate
        )

    def begin_clock(self, clock: ClockedSink) -> None:
        """Start a clock on the line."""
        self._before = self.made
        clock.start(self.line.due_s(self.made))

    def end_clock(self, clock: ClockedSink) -> None:
        """Take over from a clock; it may have skipped what the process slept through."""
        self.made = self._before + clock.made_frames
        self.line = TimeLine(self._before, clock.due_s, self.sample_rate)
