"""The way of a clip through its sound, at a tempo that is not its own or that changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from adaptive.timebase import TempoMap

SAME_RATE = 1e-9
"""Rates that differ by less are the same: in an hour, a fifth of a frame."""

KEPT_PARTS = 4
"""Parts that are kept before a change: those of a glide that is under way, and of one before it."""


@dataclass(frozen=True, slots=True)
class WayPart:
    """A part of a way: ``position + t (rate + rate_change t / 2)``, t frames behind `frame`.

    Parameters
    ----------
    frame : int
        Where it begins.
    position : float
        Where the clip is there, in frames of the sound.
    rate, rate_change : float
        Frames of the sound in a frame of output, and their change a frame.
    """

    frame: int
    position: float
    rate: float = 1.0
    rate_change: float = 0.0

    def position_at(self, frame: float) -> float:
        """Position at a frame."""
        t = frame - self.frame
        return self.position + t * (self.rate + 0.5 * self.rate_change * t)

    def frame_at(self, position: float) -> float:
        """Frame at which a position is reached."""
        distance = position - self.position
        root = math.sqrt(max(0.0, self.rate**2 + 2.0 * self.rate_change * distance))
        return self.frame + 2.0 * distance / (self.rate + root)

    def rate_at(self, frame: float) -> float:
        """Frames of the sound in a frame of output, at a frame."""
        return self.rate + self.rate_change * (frame - self.frame)


@dataclass(frozen=True, slots=True)
class Way:
    """A way through a sound.

    Positions count from the beginning of the segment's pass in which the clip began.  Every part is computed
    from one place, its `beat` and `position`, so that nothing accumulates however often the tempo changes.

    Parameters
    ----------
    beat, position : float
        A beat of the timeline, and where the clip is there.
    parts : tuple of WayPart
        In order of their frames.
    first_frame : int
        Where it begins; parts before it are those of the way before.
    number : int
        Number of the way among those of its clip: the kernel ignores parts of other ways.
    """

    beat: float
    position: float
    parts: tuple[WayPart, ...]
    first_frame: int = 0
    number: int = 0

    def part_at(self, frame: float) -> WayPart:
        """The part that a frame lies in."""
        return next((part for part in reversed(self.parts) if part.frame <= frame), self.parts[0])

    def position_at(self, frame: float) -> float:
        """Position at a frame."""
        return self.part_at(frame).position_at(frame)

    def frame_at(self, position: float) -> float:
        """Frame at which a position is reached."""
        frame = self.parts[0].frame_at(position)
        for part, following in zip(self.parts, (*self.parts[1:], None), strict=True):
            frame = part.frame_at(position)
            if following is None or frame < following.frame:
                break
        return frame

    def after(self, before: Way, frame: int) -> Way:
        """Return this way from a frame on, and another one before it."""
        kept = tuple(part for part in before.parts if part.frame < frame)
        return replace(self, parts=(*kept[-KEPT_PARTS:], *self.parts))

    def from_frame(self, frame: int) -> Way:
        """Return this way from a frame on."""
        now = self.part_at(frame)
        first = replace(now, frame=frame, position=now.position_at(frame), rate=now.rate_at(frame))
        later = (part for part in self.parts if part.frame > frame)
        return replace(self, parts=(first, *later), first_frame=frame)

    def led_from(self, frame: int) -> Way:
        """Return this way, and what leads to it from an earlier frame on, at its first rate."""
        first = self.parts[0]
        lead = WayPart(frame, first.position - (first.frame - frame) * first.rate, first.rate)
        return replace(self, parts=(lead, *self.parts), first_frame=frame)

    def goes_on(self, before: Way | None, frame: int) -> bool:
        """Whether from a frame on it goes as another one does; None: a way frame by frame."""
        rate = 1.0 if before is None else before.part_at(frame).rate_at(frame)
        pending = [] if before is None else [part for part in before.parts if part.frame >= frame]
        is_steady = all(part.rate_change == 0.0 for part in (*self.parts, *pending))
        return is_steady and all(abs(part.rate - rate) < SAME_RATE for part in (*self.parts, *pending))

    @property
    def is_plain(self) -> bool:
        """Whether it goes frame by frame, from a whole one."""
        first = self.parts[0]
        is_own = all(part.rate == 1.0 and part.rate_change == 0.0 for part in self.parts)
        return is_own and first.position == round(first.position)


def way_of(
    tempo: TempoMap,
    at: int,
    position: float,
    frames_per_quarter: float,
    *,
    beat: float | None = None,
    own_rate: float = 1.0,
) -> Way:
    """The way that keeps a sound with the tempo map from a frame on.

    Parameters
    ----------
    tempo : TempoMap
        Maps beats to frames.
    at : int
        First frame.
    position : float
        Where it is at `at`, or at `beat`.
    frames_per_quarter : float
        Frames of the sound in a quarter note.
    beat : float, optional
        Another place where it is at `position`, in the beats that are counted at `at`.
    own_rate : float
        A rate this near is meant exactly: that of the sound at its own tempo.
    """
    parts: list[WayPart] = []
    segments = tempo.segments_from(at + 0.5)  # a step within half a frame lies at `at`
    place, unit = position, segments[0].beat_unit
    place_beat = segments[0].beat_at(at) if beat is None else beat
    for segment in segments:
        frames_per_beat = frames_per_quarter * 4.0 / segment.beat_unit
        if segment.beat_unit != unit:  # beats are counted otherwise from here on
            place += (segment.beat - place_beat) * frames_per_quarter * 4.0 / unit
            place_beat, unit = segment.beat, segment.beat_unit
        frame = max(at, math.ceil(segment.frame - 0.5))
        rate = segment.speed_at(frame) * frames_per_beat
        rate = own_rate if abs(rate - own_rate) < SAME_RATE else rate
        change = float(np.float32(segment.acceleration * frames_per_beat))
        parts.append(
            WayPart(frame, place + (segment.beat_at(frame) - place_beat) * frames_per_beat, rate, change)
        )
    return Way(place_beat, place, tuple(parts), at)
