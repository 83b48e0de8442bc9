"""The tempo map: frames ↔ beats, once, for all.

Frames are the truth inside the engine, beats inside the music; this module alone converts.  A *beat* is
one of the meter's denominator; `tempo_bpm` counts quarter notes, as musicians do.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

TICKS_PER_BEAT = 960
"""Resolution of a printed position."""

HAIR = 1e-7
"""Beats closer than this are the same: a hundredth of a frame at 400 bpm and 192 kHz."""


@dataclass(frozen=True, slots=True)
class TempoSegment:
    """A stretch of one tempo law.

    Parameters
    ----------
    frame, beat : float
        Where it begins.
    beats_per_frame : float
        Speed at its beginning.
    acceleration : float
        Change of that speed a frame (0: constant).
    beat_unit : int
        Which note a beat is: the meter's denominator.
    """

    frame: float
    beat: float
    beats_per_frame: float
    acceleration: float = 0.0
    beat_unit: int = 4

    def beat_at(self, frame: float) -> float:
        """Beat of a frame: ``b + v·t + a·t²/2``."""
        t = frame - self.frame
        return self.beat + t * (self.beats_per_frame + 0.5 * self.acceleration * t)

    def frame_at(self, beat: float) -> float:
        """Frame of a beat: the root of the parabola, in the form that is stable for small a."""
        distance = beat - self.beat
        if self.acceleration == 0.0:
            return self.frame + distance / self.beats_per_frame
        root = math.sqrt(max(0.0, self.beats_per_frame**2 + 2.0 * self.acceleration * distance))
        return self.frame + 2.0 * distance / (self.beats_per_frame + root)

    def speed_at(self, frame: float) -> float:
        """Beats a frame at a frame."""
        return self.beats_per_frame + self.acceleration * (frame - self.frame)


class TempoMap:
    """Where every beat lies: constant stretches, steps and ramps.

    Parameters
    ----------
    sample_rate : float
        Frames a second.
    tempo_bpm : float
        Quarter notes a minute at the start.
    beat_unit : int
        The meter's denominator at the start.

    Examples
    --------
    >>> tempo = TempoMap(48000, 120.0)
    >>> tempo.frame_at(4)
    96000
    >>> tempo.step(96000, 60.0)
    >>> tempo.frame_at(5)
    144000
    """

    def __init__(self, sample_rate: float, tempo_bpm: float, beat_unit: int = 4) -> None:
        self.sample_rate = float(sample_rate)
        self._segments = [TempoSegment(0.0, 0.0, self._speed(tempo_bpm, beat_unit), beat_unit=beat_unit)]

    def _speed(self, tempo_bpm: float, beat_unit: int) -> float:
        return tempo_bpm * beat_unit / 4.0 / 60.0 / self.sample_rate

    def _at_frame(self, frame: float) -> TempoSegment:
        index = bisect.bisect_right(self._segments, frame, key=lambda segment: segment.frame)
        return self._segments[max(0, index - 1)]

    def beat_at(self, frame: float) -> float:
        """Beat of a frame, from 0 at frame 0."""
        return self._at_frame(frame).beat_at(frame)

    def exact_frame_at(self, beat: float) -> float:
        """Frame of a beat, unrounded."""
        index = bisect.bisect_right(self._segments, beat, key=lambda segment: segment.beat)
        return self._segments[max(0, index - 1)].frame_at(beat)

    def frame_at(self, beat: float) -> int:
        """Nearest whole frame of a beat."""
        return round(self.exact_frame_at(beat))

    def tempo_at(self, frame: float) -> float:
        """Quarter notes a minute at a frame."""
        segment = self._at_frame(frame)
        return segment.speed_at(frame) * 60.0 * self.sample_rate * 4.0 / segment.beat_unit

    def beat_unit_at(self, frame: float) -> int:
        """Which note a beat is at a frame: 4 for a quarter, 8 for an eighth."""
        return self._at_frame(frame).beat_unit

    def frames_between(self, first_beat: float, last_beat: float) -> int:
        """Whole frames between two beats."""
        return self.frame_at(last_beat) - self.frame_at(first_beat)

    def step(self, frame: float, tempo_bpm: float, beat_unit: int | None = None) -> None:
        """Change the tempo, and the beat's unit, at a frame; what was planned after it is forgotten."""
        beat = self.beat_at(frame)
        unit = self.beat_unit_at(frame) if beat_unit is None else beat_unit
        self._cut(frame)
        self._segments.append(TempoSegment(frame, beat, self._speed(tempo_bpm, unit), beat_unit=unit))

    def ramp(self, frame: float, tempo_bpm: float, frames: float) -> None:
        """Glide to a tempo, straight in time, within `frames`; what was planned after is forgotten."""
        if frames <= 0:
            self.step(frame, tempo_bpm)
            return
        beat, now = self.beat_at(frame), self._at_frame(frame).speed_at(frame)
        unit = self.beat_unit_at(frame)
        self._cut(frame)
        goal = self._speed(tempo_bpm, unit)
        glide = TempoSegment(frame, beat, now, (goal - now) / frames, unit)
        end = frame + frames
        self._segments += [glide, TempoSegment(end, glide.beat_at(end), goal, beat_unit=unit)]

    def snapshot(self) -> tuple[TempoSegment, ...]:
        """All segments: what `restore` comes back to."""
        return tuple(self._segments)

    def restore(self, segments: tuple[TempoSegment, ...]) -> None:
        """Come back to a snapshot: what was planned since is forgotten."""
        self._segments = list(segments)

    def _cut(self, frame: float) -> None:
        kept = [segment for segment in self._segments if segment.frame < frame]
        self._segments = kept or []

    def segments_until(self, frame: float) -> tuple[TempoSegment, ...]:
        """Stretches known that begin at or before a frame, in order."""
        return tuple(segment for segment in self._segments if segment.frame <= frame)

    def forget_before(self, frame: float) -> None:
        """Drop segments that ended before a frame, so that weeks of music take no memory."""
        index = bisect.bisect_right(self._segments, frame, key=lambda segment: segment.frame)
        self._segments = self._segments[max(0, index - 1) :]


def next_multiple(beat: float, grid: float, origin: float = 0.0) -> float:
    """First beat at or after `beat` that lies a whole number of grids from `origin`.

    Equality counts: a beat on the grid is its own answer.

    Examples
    --------
    >>> next_multiple(4.0, 4.0)
    4.0
    >>> next_multiple(4.1, 4.0)
    8.0
    """
    count = math.ceil((beat - origin) / grid - HAIR)
    return origin + count * grid


def format_position(bar: int, beat: float) -> str:
    """``bar.beat.tick``: bar as it is, `beat` within the bar from 0.

    Examples
    --------
    >>> format_position(17, 1.5)
    '17.2.480'
    """
    ticks = round(beat * TICKS_PER_BEAT)
    return f"{bar}.{ticks // TICKS_PER_BEAT + 1}.{ticks % TICKS_PER_BEAT}"
