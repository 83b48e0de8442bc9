"""Frames to MIDI ticks: the tempo map as a file can say it.

A file knows whole ticks and tempos in whole microseconds a quarter.  Each tempo is chosen so that the
file's clock meets ours again at the next *knot*, so errors never add up: on a constant stretch they stay
below 0.24 ms (half a microsecond, 480 quarters), on a ramp below another 0.1 ms.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adaptive.timebase import HAIR, Segment

TICKS_PER_QUARTER = 960

KNOT_QUARTERS = 480
RAMP_ERROR_S = 1e-4
"""How far a straight piece may leave a ramp's curve."""

LARGEST_TEMPO = (1 << 24) - 1
"""Microseconds a quarter that three bytes hold."""


class TickMap:
    """Where every frame lies in ticks.

    Parameters
    ----------
    segments : sequence of Segment
        All that was played, from frame 0, in order.
    sample_rate : float
        Frames a second.
    beat_unit : int
        The meter's denominator: what the segments' beats are.

    Examples
    --------
    >>> ticks = TickMap([Segment(0.0, 0.0, 2.0 / 48000)], 48000, 4)
    >>> ticks.tick_at(24000), ticks.tempos(1920)
    (960, [(0, 500000)])
    """

    def __init__(self, segments: Sequence[Segment], sample_rate: float, beat_unit: int) -> None:
        self._segments = list(segments)
        self._rate = sample_rate
        self.ticks_per_beat = TICKS_PER_QUARTER * 4 // beat_unit

    def tick_at(self, frame: float) -> int:
        """Nearest tick of a frame."""
        index = bisect.bisect_right(self._segments, frame, key=lambda segment: segment.frame)
        return self.tick_of(self._segments[max(0, index - 1)].beat_at(frame))

    def tick_of(self, beat: float) -> int:
        """Nearest tick of a beat."""
        return round(beat * self.ticks_per_beat)

    def seconds_at(self, tick: float) -> float:
        """Seconds at which a tick is due, before the file rounds its tempo."""
        beat = tick / self.ticks_per_beat
        index = bisect.bisect_right(self._segments, beat, key=lambda segment: segment.beat)
        return self._segments[max(0, index - 1)].frame_at(beat) / self._rate

    def tempos(self, end_tick: int) -> list[tuple[int, int]]:
        """Tempo changes up to a tick: (tick, microseconds a quarter)."""
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
            yield self.tick_of(segment.beat)
            is_last = index + 1 == len(self._segments)
            end = end_tick if is_last else self.tick_of(self._segments[index + 1].beat)
            if segment.acceleration != 0.0 and not is_last:
                yield from self._ramp_knots(segment, self._segments[index + 1].frame)
            else:
                yield from range(self.tick_of(segment.beat), end, KNOT_QUARTERS * TICKS_PER_QUARTER)

    def _ramp_knots(self, ramp: Segment, end_frame: float) -> Iterator[int]:
        """Cut a ramp into pieces of equal time: a chord of h frames leaves it by a·h²/8v frames."""
        frames = end_frame - ramp.frame
        slowest = min(ramp.beats_per_frame, ramp.speed_at(end_frame))
        piece = math.sqrt(8.0 * slowest * RAMP_ERROR_S * self._rate / abs(ramp.acceleration))
        count = math.ceil(frames / piece)
        for number in range(count):
            yield self.tick_of(ramp.beat_at(ramp.frame + frames * number / count))


@dataclass(frozen=True, slots=True)
class BarGrid:
    """The bars of one stay in a section.

    Parameters
    ----------
    beat : float
        Where it begins.
    offset_beats : float
        How far into a bar it begins.
    """

    beat: float
    offset_beats: float


def signatures(grids: Sequence[BarGrid], beats_per_bar: int) -> list[tuple[int, int]]:
    """Where a file's bars change length, so that its bar lines are the music's: (beat, beats a bar).

    A seam on a beat cuts a bar short; the file says so with a bar of fewer beats.  A seam between two
    beats cannot be said: from there on the file's bars go on as they were.

    Examples
    --------
    >>> signatures([BarGrid(0.0, 0.0), BarGrid(6.0, 0.0)], 4)
    [(0, 4), (4, 2), (6, 4)]
    """
    found = {0: beats_per_bar}
    for before, grid in itertools.pairwise(grids):
        leaves = _whole(grid.beat - before.beat + before.offset_beats)
        enters, seam = _whole(grid.offset_beats), _whole(grid.beat)
        if leaves is None or enters is None or seam is None:
            break
        leaves, enters = leaves % beats_per_bar, enters % beats_per_bar
        if leaves == enters:
            continue
        found = {beat: beats for beat, beats in found.items() if beat < seam}
        if leaves:
            began = max(round(before.beat), seam - leaves)
            found[began] = seam - began
        found[seam] = beats_per_bar - enters
        found.setdefault(seam + (beats_per_bar - enters) % beats_per_bar, beats_per_bar)
    kept: list[tuple[int, int]] = []
    for beat in sorted(found):
        if not kept or kept[-1][1] != found[beat]:
            kept.append((beat, found[beat]))
    return kept


def _whole(beats: float) -> int | None:
    nearest = round(beats)
    return nearest if abs(beats - nearest) <= 10.0 * HAIR else None
