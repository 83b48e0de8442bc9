"""The tempo map: converts between frames and beats.

The engine counts frames, the music counts beats, and only this module converts between them.  A *beat* is a
note of the meter's denominator; `tempo_bpm` counts quarter notes per minute.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass

TICKS_PER_BEAT = 960
"""Resolution of a position ``bar.beat.tick``."""

BEAT_TOLERANCE = 1e-7
"""Beats closer than this are treated as equal: a hundredth of a frame at 400 bpm and 192 kHz."""


@dataclass(frozen=True, slots=True)
class TempoSegment:
    """A part of the tempo map with a constant tempo, or a tempo that changes linearly in time.

    Parameters
    ----------
    frame, beat : float
        Its start.
    beats_per_frame : float
        Tempo at its start, in beats per frame.
    acceleration : float
        Change of `beats_per_frame` per frame; 0: constant tempo.
    beat_unit : float
        The note that is a beat: the meter's denominator.
    """

    frame: float
    beat: float
    beats_per_frame: float
    acceleration: float = 0.0
    beat_unit: float = 4

    def beat_at(self, frame: float) -> float:
        """Return the beat of a frame: ``b + v·t + a·t²/2``."""
        t = frame - self.frame
        return self.beat + t * (self.beats_per_frame + 0.5 * self.acceleration * t)

    def frame_at(self, beat: float) -> float:
        """Return the frame of a beat: the root of the parabola, in the form that is stable for small a."""
        distance = beat - self.beat
        if self.acceleration == 0.0:
            return self.frame + distance / self.beats_per_frame
        root = math.sqrt(max(0.0, self.beats_per_frame**2 + 2.0 * self.acceleration * distance))
        return self.frame + 2.0 * distance / (self.beats_per_frame + root)

    def speed_at(self, frame: float) -> float:
        """Return the tempo at a frame, in beats per frame."""
        return self.beats_per_frame + self.acceleration * (frame - self.frame)


class TempoMap:
    """Maps frames to beats and back, with constant tempo, tempo steps and tempo ramps.

    Parameters
    ----------
    sample_rate : float
        Frames per second.
    tempo_bpm : float
        Initial tempo in quarter notes per minute.
    beat_unit : float
        Initial denominator of the meter.

    Examples
    --------
    >>> tempo = TempoMap(48000, 120.0)
    >>> tempo.frame_at(4)
    96000
    >>> tempo.step(96000, 60.0)
    >>> tempo.frame_at(5)
    144000
    """

    def __init__(self, sample_rate: float, tempo_bpm: float, beat_unit: float = 4) -> None:
        self.sample_rate = float(sample_rate)
        self._segments = [TempoSegment(0.0, 0.0, self._speed(tempo_bpm, beat_unit), beat_unit=beat_unit)]

    def _speed(self, tempo_bpm: float, beat_unit: float) -> float:
        return tempo_bpm * beat_unit / 4.0 / 60.0 / self.sample_rate

    def _at_frame(self, frame: float) -> TempoSegment:
        if self._segments[-1].frame <= frame:  # most questions are about now, six a control step
            return self._segments[-1]
        index = bisect.bisect_right(self._segments, frame, key=lambda segment: segment.frame)
        return self._segments[max(0, index - 1)]

    def beat_at(self, frame: float) -> float:
        """Return the beat of a frame; frame 0 is beat 0."""
        segment = self._segments[-1]
        if segment.frame > frame:
            segment = self._at_frame(frame)
        return segment.beat_at(frame)

    def exact_frame_at(self, beat: float) -> float:
        """Return the frame of a beat, unrounded."""
        last = self._segments[-1]
        if last.beat <= beat:
            return last.frame_at(beat)
        index = bisect.bisect_right(self._segments, beat, key=lambda segment: segment.beat)
        return self._segments[max(0, index - 1)].frame_at(beat)

    def frame_at(self, beat: float) -> int:
        """Return the frame of a beat, rounded to a whole frame."""
        return round(self.exact_frame_at(beat))

    def frames_at(self, beats: Sequence[float]) -> list[int]:
        """Return the frames of several beats, in their order, as `frame_at` does: in a third of the time."""
        last = self._segments[-1]
        if last.acceleration != 0.0 or min(beats, default=last.beat) < last.beat:
            return [self.frame_at(beat) for beat in beats]
        frame, first, speed = last.frame, last.beat, last.beats_per_frame
        return [round(frame + (beat - first) / speed) for beat in beats]

    def tempo_at(self, frame: float) -> float:
        """Return the tempo at a frame, in quarter notes per minute."""
        segment = self._at_frame(frame)
        return segment.speed_at(frame) * 60.0 * self.sample_rate * 4.0 / segment.beat_unit

    def last_tempo(self) -> float:
        """Return the tempo at the end of the map, where no change is planned any more."""
        return self.tempo_at(self._segments[-1].frame)

    def beat_unit_at(self, frame: float) -> float:
        """Return the note that is a beat at a frame: 4 for a quarter, 8 for an eighth."""
        return self._at_frame(frame).beat_unit

    def frames_between(self, first_beat: float, last_beat: float) -> int:
        """Return the whole frames between two beats."""
        return self.frame_at(last_beat) - self.frame_at(first_beat)

    def step(self, frame: float, tempo_bpm: float, beat_unit: float | None = None) -> None:
        """Change the tempo, and the beat unit if given, at a frame.  Later changes are discarded."""
        beat = self.beat_at(frame)
        unit = self.beat_unit_at(frame) if beat_unit is None else beat_unit
        self._cut(frame)
        self._segments.append(TempoSegment(frame, beat, self._speed(tempo_bpm, unit), beat_unit=unit))

    def ramp(self, frame: float, tempo_bpm: float, frames: float) -> None:
        """Change the tempo linearly over `frames`, from a frame on.  Later changes are discarded."""
        if frames <= 0:
            self.step(frame, tempo_bpm)
            return
        beat, start = self.beat_at(frame), self._at_frame(frame).speed_at(frame)
        unit = self.beat_unit_at(frame)
        self._cut(frame)
        goal = self._speed(tempo_bpm, unit)
        ramp = TempoSegment(frame, beat, start, (goal - start) / frames, unit)
        end = frame + frames
        self._segments += [ramp, TempoSegment(end, ramp.beat_at(end), goal, beat_unit=unit)]

    def snapshot(self) -> tuple[TempoSegment, ...]:
        """Return all segments, for `restore`."""
        return tuple(self._segments)

    def restore(self, segments: tuple[TempoSegment, ...]) -> None:
        """Restore a snapshot; later changes are discarded."""
        self._segments = list(segments)

    def _cut(self, frame: float) -> None:
        kept = [segment for segment in self._segments if segment.frame < frame]
        self._segments = kept or []

    def segments_until(self, frame: float) -> tuple[TempoSegment, ...]:
        """Return the segments that begin at or before a frame, in order."""
        return tuple(segment for segment in self._segments if segment.frame <= frame)

    def segments_from(self, frame: float) -> tuple[TempoSegment, ...]:
        """Return the segment that contains a frame and those that begin after it, in order."""
        index = bisect.bisect_right(self._segments, frame, key=lambda segment: segment.frame)
        return tuple(self._segments[max(0, index - 1) :])

    def forget_before(self, frame: float) -> None:
        """Drop segments that ended before a frame, so that the map does not grow for ever."""
        index = bisect.bisect_right(self._segments, frame, key=lambda segment: segment.frame)
        self._segments = self._segments[max(0, index - 1) :]


def format_position(bar: int, beat: float) -> str:
    """Format a position as ``bar.beat.tick``, with `TICKS_PER_BEAT` ticks in a beat.

    Parameters
    ----------
    bar : int
        Printed unchanged.
    beat : float
        Beat within the bar, from 0; printed from 1.

    Examples
    --------
    >>> format_position(17, 1.5)
    '17.2.480'
    """
    ticks = round(beat * TICKS_PER_BEAT)
    return f"{bar}.{ticks // TICKS_PER_BEAT + 1}.{ticks % TICKS_PER_BEAT}"
