"""Converts frames to MIDI ticks, with a tempo map that a MIDI file can hold.

A file has whole ticks, and tempos in whole microseconds per quarter note.  Each tempo is chosen so that the
file's clock equals ours again at the next *knot*, so that errors do not add up.  At constant tempo they stay
below 0.24 ms (half a microsecond times 480 quarters); a ramp adds less than 0.1 ms.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from adaptive.timebase import BEAT_TOLERANCE, TempoSegment

TICKS_PER_QUARTER = 960

KNOT_QUARTERS = 480
"""Quarter notes between two knots at constant tempo."""

Meter = tuple[int, int]

RAMP_ERROR_S = 1e-4
"""Greatest distance, in seconds, between a ramp and the steps it is written as."""

LARGEST_TEMPO = (1 << 24) - 1
"""Most microseconds per quarter note that the three bytes of a tempo event hold."""


def ticks_per_beat(beat_unit: float) -> int:
    """Ticks per beat, where a beat is a whole note (1) … a sixteenth (16); 8/3 is a dotted quarter."""
    return round(TICKS_PER_QUARTER * 4 / beat_unit)


class TickMap:
    """Converts frames and beats to ticks.

    Parameters
    ----------
    segments : sequence of TempoSegment
        The tempo map of all that was played, from frame 0, in order; each gives its own beat unit.
    sample_rate : float
        Frames per second.

    Examples
    --------
    >>> ticks = TickMap([TempoSegment(0.0, 0.0, 2.0 / 48000)], 48000)
    >>> ticks.tick_at(24000), ticks.tempos(1920)
    (960, [(0, 500000)])
    """

    def __init__(self, segments: Sequence[TempoSegment], sample_rate: float) -> None:
        self._segments = list(segments)
        self._rate = sample_rate
        self._starts = [0.0]
        for segment, following in itertools.pairwise(self._segments):
            beats = following.beat - segment.beat
            self._starts.append(self._starts[-1] + beats * ticks_per_beat(segment.beat_unit))

    def tick_at(self, frame: float) -> int:
        """Tick nearest to a frame."""
        index = bisect.bisect_right(self._segments, frame, key=lambda segment: segment.frame) - 1
        return self._tick(max(0, index), self._segments[max(0, index)].beat_at(frame))

    def tick_of(self, beat: float) -> int:
        """Tick nearest to a beat."""
        index = bisect.bisect_right(self._segments, beat, key=lambda segment: segment.beat) - 1
        return self._tick(max(0, index), beat)

    def _tick(self, index: int, beat: float) -> int:
        segment = self._segments[index]
        return round(self._starts[index] + (beat - segment.beat) * ticks_per_beat(segment.beat_unit))

    def seconds_at(self, tick: float) -> float:
        """Seconds at which a tick is due, before tempos are rounded."""
        index = max(0, bisect.bisect_right(self._starts, tick) - 1)
        segment = self._segments[index]
        beat = segment.beat + (tick - self._starts[index]) / ticks_per_beat(segment.beat_unit)
        return segment.frame_at(beat) / self._rate

    def tempos(self, end_tick: int) -> list[tuple[int, int]]:
        """Tempo changes before a tick: (tick, microseconds per quarter note)."""
        knots = sorted({0, *(tick for tick in self._knots(end_tick) if 0 < tick < end_tick)})
        found: list[tuple[int, int]] = []
        played_s = 0.0
        for tick, following in zip(knots, [*knots[1:], max(end_tick, knots[-1] + 1)], strict=True):
            quarters = (following - tick) / TICKS_PER_QUARTER
            wanted = round((self.seconds_at(following) - played_s) * 1e6 / quarters)
            tempo = min(max(1, wanted), LARGEST_TEMPO)
            played_s += tempo * quarters / 1e6
            if not found or found[-1][1] != tempo:
                found.append((tick, tempo))
        return found

    def _knots(self, end_tick: int) -> Iterator[int]:
        for index, segment in enumerate(self._segments):
            start = round(self._starts[index])
            yield start
            is_last = index + 1 == len(self._segments)
            end = end_tick if is_last else round(self._starts[index + 1])
            if segment.acceleration != 0.0 and not is_last:
                yield from self._ramp_knots(index, segment, self._segments[index + 1].frame)
            else:
                yield from range(start, end, KNOT_QUARTERS * TICKS_PER_QUARTER)

    def _ramp_knots(self, index: int, ramp: TempoSegment, end_frame: float) -> Iterator[int]:
        """Divide a ramp into pieces of equal time.

        A chord over h frames differs from the ramp by at most a·h²/8v frames, where a is the acceleration and
        v the speed.
        """
        frames = end_frame - ramp.frame
        slowest = min(ramp.beats_per_frame, ramp.speed_at(end_frame))
        piece = math.sqrt(8.0 * slowest * RAMP_ERROR_S * self._rate / abs(ramp.acceleration))
        count = math.ceil(frames / piece)
        for number in range(count):
            yield self._tick(index, ramp.beat_at(ramp.frame + frames * number / count))


@dataclass(frozen=True, slots=True)
class BarGrid:
    """The bars of one segment instance.

    Parameters
    ----------
    beat : float
        Beat at which it begins.
    offset_beats : float
        How far into a bar it begins.
    beats_per_bar, beat_unit : int, float
        Its meter.
    """

    beat: float
    offset_beats: float
    beats_per_bar: int = 4
    beat_unit: float = 4

    @property
    def meter(self) -> tuple[int, float]:
        """Beats per bar, and the note value of a beat."""
        return self.beats_per_bar, self.beat_unit


def signatures(grids: Sequence[BarGrid]) -> list[tuple[int, Meter]]:
    """Time signatures that give a file the bar lines of the music: (beat, meter).

    A seam on a beat shortens a bar; the file then has a bar of fewer beats.  A seam between two beats cannot
    be written, so from there on the bars of the file continue unchanged.

    Examples
    --------
    >>> signatures([BarGrid(0.0, 0.0), BarGrid(6.0, 0.0)])
    [(0, (4, 4)), (4, (2, 4)), (6, (4, 4))]
    """
    found: dict[int, tuple[int, float]] = {0: grids[0].meter}
    for before, grid in itertools.pairwise(grids):
        leaves = _whole(grid.beat - before.beat + before.offset_beats)
        enters, seam = _whole(grid.offset_beats), _whole(grid.beat)
        if leaves is None or enters is None or seam is None:
            break
        leaves, enters = leaves % before.beats_per_bar, enters % grid.beats_per_bar
        if leaves == enters and before.meter == grid.meter:
            continue
        found = {beat: meter for beat, meter in found.items() if beat < seam}
        if leaves:
            began = max(round(before.beat), seam - leaves)
            found[began] = (seam - began, before.beat_unit)
        rest = grid.beats_per_bar - enters
        found[seam] = (rest, grid.beat_unit)
        if enters:
            found[seam + rest] = grid.meter
    kept: list[tuple[int, Meter]] = []
    for beat in sorted(found):
        meter = _written(*found[beat])
        if not kept or kept[-1][1] != meter:
            kept.append((beat, meter))
    return kept


def _written(beats: int, beat_unit: float) -> Meter:
    """A meter that can be written: two dotted quarters are six eighths."""
    unit = Fraction(beat_unit).limit_denominator(3)
    return beats * unit.denominator, unit.numerator


def _whole(beats: float) -> int | None:
    nearest = round(beats)
    return nearest if abs(beats - nearest) <= 10.0 * BEAT_TOLERANCE else None
