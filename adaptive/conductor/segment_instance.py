"""One time a segment plays: its start on the timeline, its grids, and the numbers of its bars."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from adaptive.preset.grids import spots
from adaptive.preset.schema import Grid
from adaptive.preset.segments import Segment
from adaptive.timebase import BEAT_TOLERANCE, TICKS_PER_BEAT, format_position

Where = str | Grid


@dataclass(frozen=True, slots=True)
class Exit:
    """A possible exit on the timeline: its beat, and the marker there if the grid is one of markers."""

    beat: float
    marker: str = ""


@dataclass(frozen=True, slots=True)
class SegmentInstance:
    """One time a segment plays, from a seam to the next.

    Positions are *beats of the timeline*, which never restart, or *local beats*, counted from bar 1 of its
    first pass and growing on over its passes.  An introduction has negative local beats: one of eight beats
    begins at -8.

    Parameters
    ----------
    section : str
        Name of the section; ``bridge:name`` for a bridge; empty for silence.
    start_beat : float
        Beat of the timeline at which it is entered.
    offset_beats : float
        Local beat at which it is entered; 0: at bar 1; negative: in its introduction.
    length_beats : int
        Length of a pass, in beats.
    beats_per_bar, phrase_bars : int
        Beats in a bar, bars in a phrase.
    first_bar : int
        Number of its first bar on the timeline, from 1.
    beat_unit : float
        Note value of a beat: 4 for a quarter, 8 for an eighth, 8/3 for a dotted quarter.
    markers : tuple of (int, str)
        Beat from bar 1 of a pass, and name, of each marker.
    intro_beats : int
        Length of the introduction; 0: it has none.
    visit : int
        How often the section was entered before; generators write other bars at each visit.
    """

    section: str
    start_beat: float
    offset_beats: float
    length_beats: int
    beats_per_bar: int
    phrase_bars: int
    first_bar: int
    beat_unit: float = 4
    markers: tuple[tuple[int, str], ...] = ()
    intro_beats: int = 0
    visit: int = 0

    @classmethod
    def of(
        cls,
        segment: Segment,
        length_beats: int,
        beat: float,
        offset: float,
        first_bar: int,
        intro_beats: int = 0,
        visit: int = 0,
    ) -> SegmentInstance:
        """An instance of a segment that starts at a beat of the timeline, `offset` beats into the segment."""
        return cls(
            segment.name, beat, offset, length_beats, segment.beats_per_bar, segment.phrase_bars, first_bar,
            segment.beat_unit, segment.markers, intro_beats, visit,
        )  # fmt: skip

    @property
    def intro_bars(self) -> int:
        """Bars of the introduction; the last one may be cut short."""
        return -(-self.intro_beats // self.beats_per_bar)

    def is_in_introduction(self, local: float) -> bool:
        """Whether a local beat lies before bar 1."""
        return local < -BEAT_TOLERANCE

    def local(self, beat: float) -> float:
        """Local beat of a beat of the timeline; after the first pass it exceeds `length_beats`."""
        return beat - self.start_beat + self.offset_beats

    def place_of(self, beat: float) -> float:
        """`local`, snapped to the nearest tick if it is within 1e-6 beats of it.

        Rounding errors add up over hours; a bar line must stay exactly on a bar line.
        """
        local = self.local(beat)
        tick = round(local * TICKS_PER_BEAT) / TICKS_PER_BEAT
        return tick if abs(local - tick) < 1e-6 else local

    def beat_of(self, local: float) -> float:
        """Beat of the timeline of a local beat."""
        return local + self.start_beat - self.offset_beats

    def within_pass(self, beat: float) -> float:
        """Beats since bar 1 of the present pass, or since the start of the introduction."""
        local = self.local(beat)
        if self.is_in_introduction(local):
            return max(0.0, local + self.intro_beats)
        return max(0.0, (local + BEAT_TOLERANCE) % self.length_beats - BEAT_TOLERANCE)

    def ends_pass_at(self, beat: float) -> bool:
        """Whether a pass ends at a beat, within 1e-3 beats, which allows for rounding to frames."""
        within = self.within_pass(beat)
        length = self.intro_beats if self.is_in_introduction(self.local(beat)) else self.length_beats
        return min(within, length - within) < 1e-3

    def bars_since_entry(self, beat: float) -> float:
        """Bars from the entry to a beat."""
        return (beat - self.start_beat) / self.beats_per_bar

    def next_exit(self, beat: float, where: Where) -> Exit | None:
        """First place at or after `beat` on a grid, which is counted from bar 1 of each pass.

        In the introduction it is counted from its first bar.  The introduction has no markers, and its end
        is not the end of a pass.  None if the grid is one of markers and the section does not have it.
        """
        if where == "immediate":
            return Exit(beat)
        places = spots(where, self.length_beats, self.beats_per_bar, self.phrase_bars, self.markers)
        if not places:
            return None
        local = self.local(beat)
        if self.offset_beats < 0.0:
            found = self._exit_in_introduction(local, where)
            if found is not None:
                return found
            # the end of the introduction begins the first pass; it does not end one
            local = max(local, 2.0 * BEAT_TOLERANCE if where == "end" else 0.0)
        passes, local = divmod(local + BEAT_TOLERANCE, self.length_beats)
        following = bisect.bisect_left(places, local - 2.0 * BEAT_TOLERANCE, key=lambda place: place[0])
        if following < len(places):
            at, marker = places[following]
            return Exit(self.beat_of(passes * self.length_beats + at), marker)
        at, marker = places[0]
        return Exit(self.beat_of((passes + 1) * self.length_beats + at), marker)

    def _exit_in_introduction(self, local: float, where: Where) -> Exit | None:
        if where == "end" or not self.is_in_introduction(local):
            return None
        within = local + self.intro_beats
        for at, _ in spots(where, self.intro_beats, self.beats_per_bar, self.phrase_bars):
            if at >= within - BEAT_TOLERANCE:
                return Exit(self.beat_of(at - self.intro_beats))
        return None

    def next_boundary(self, beat: float, where: Where) -> float:
        """Beat of `next_exit`; the next end of a pass if the section has no such place.

        The end of a pass is bar 1 of the next pass, so it lies on every grid without an offset.
        """
        found = self.next_exit(beat, where) or self.next_exit(beat, "end")
        assert found is not None  # every pass has an end
        return found.beat

    def bar_number(self, beat: float) -> int:
        """Number of the bar of the timeline that a beat lies in."""
        if self.offset_beats < 0.0:
            return self.first_bar + self.bar_at(self.local(beat)) - self.bar_at(self.offset_beats)
        shift = self.offset_beats % self.beats_per_bar
        bars = (beat - self.start_beat + shift + BEAT_TOLERANCE) // self.beats_per_bar
        return self.first_bar + int(bars)

    def position(self, beat: float) -> str:
        """``bar.beat.tick`` of a beat on the timeline."""
        if self.offset_beats < 0.0:
            local = self._whole_tick(self.local(beat))
            bar = self.bar_at(local)
            number = self.first_bar + bar - self.bar_at(self.offset_beats)
            return format_position(number, local - self.bar_start(bar))
        shift = self.offset_beats % self.beats_per_bar
        bar, within = self._on_ticks(beat - self.start_beat + shift)
        return format_position(self.first_bar + bar, within)

    def section_position(self, beat: float) -> str:
        """``bar.beat.tick`` of a beat within its pass; the bars of an introduction end with -1."""
        local = self._whole_tick(self.local(beat))
        if local < 0.0:
            bar = self.bar_at(local)
            return format_position(bar, local - self.bar_start(bar))
        ticks = round(self.local(beat) * TICKS_PER_BEAT) % (self.length_beats * TICKS_PER_BEAT)
        bar, within = self._on_ticks(ticks / TICKS_PER_BEAT)
        return format_position(bar + 1, within)

    def bar_at(self, local: float) -> int:
        """Number of the bar at a local beat: 0 is bar 1 of the first pass, -1 the bar before it."""
        if self.is_in_introduction(local):
            return int((local + self.intro_beats + BEAT_TOLERANCE) // self.beats_per_bar) - self.intro_bars
        return int(local / self.beats_per_bar + BEAT_TOLERANCE)

    def bar_start(self, bar: int) -> int:
        """Local beat at which a bar starts, as `bar_at` counts bars."""
        if bar < 0:
            return (bar + self.intro_bars) * self.beats_per_bar - self.intro_beats
        return bar * self.beats_per_bar

    def bar_end(self, bar: int) -> int:
        """Local beat at which a bar ends; the introduction's last bar ends at bar 1 of the first pass."""
        end = self.bar_start(bar) + self.beats_per_bar
        return min(0, end) if bar < 0 else end

    @staticmethod
    def _whole_tick(local: float) -> float:
        return round(local * TICKS_PER_BEAT) / TICKS_PER_BEAT

    def _on_ticks(self, beats: float) -> tuple[int, float]:
        """Whole bars, and beats within the bar, of a number of beats.

        The sum is rounded to a tick before it is split, so the beats never reach `beats_per_bar`.
        """
        bars, ticks = divmod(round(beats * TICKS_PER_BEAT), self.beats_per_bar * TICKS_PER_BEAT)
        return bars, ticks / TICKS_PER_BEAT

    def next_first_bar(self, beat: float, place: float = 0.0) -> int:
        """Number of the first bar after a seam at `beat`; a bar that is cut short counts as a bar.

        If the destination is entered at the same `place` in its bar (in beats), the bar continues and keeps
        its number.
        """
        if self.offset_beats < 0.0:
            local = self.local(beat)
            bar = self.bar_at(local)
            within = local - self.bar_start(bar)
            continues = place and abs(within - place) <= BEAT_TOLERANCE
            is_next = within > BEAT_TOLERANCE and not continues
            return self.first_bar + bar - self.bar_at(self.offset_beats) + int(is_next)
        apart = (self.local(beat) - place + BEAT_TOLERANCE) % self.beats_per_bar
        if place and apart <= 2.0 * BEAT_TOLERANCE:
            return self.bar_number(beat)
        shift = self.offset_beats % self.beats_per_bar
        bars = (beat - self.start_beat + shift) / self.beats_per_bar
        return self.first_bar + int(-(-(bars - BEAT_TOLERANCE) // 1))
