"""A section while it plays: where it began, how its grids lie, which bar it is in."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from adaptive.preset.grids import spots
from adaptive.preset.schema import Grid
from adaptive.preset.segments import Segment
from adaptive.timebase import HAIR, TICKS_PER_BEAT, format_position

Where = str | Grid


@dataclass(frozen=True, slots=True)
class Exit:
    """A place of a section on the timeline: its beat, and the marker there, if one was asked for."""

    beat: float
    marker: str = ""


@dataclass(frozen=True, slots=True)
class SegmentInstance:
    """One stay in a section.

    Parameters
    ----------
    section : str
        Its name; of a bridge, that of its part.
    start_beat : float
        Beat of the timeline at which it was entered.
    offset_beats : float
        Where in the section it was entered (0: at its start).
    length_beats : int
        Length of a pass.
    beats_per_bar, phrase_bars : int
        Its meter and phrases.
    first_bar : int
        Number of its first bar on the timeline, from 1.
    beat_unit : int
        Which note a beat is.
    markers : tuple of (int, str)
        Beats from bar 1 of a pass, and names.
    """

    section: str
    start_beat: float
    offset_beats: float
    length_beats: int
    beats_per_bar: int
    phrase_bars: int
    first_bar: int
    beat_unit: int = 4
    markers: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(
        cls, segment: Segment, length_beats: int, beat: float, offset: float, first_bar: int
    ) -> SegmentInstance:
        """A stay in a part that begins at a beat."""
        return cls(
            segment.name, beat, offset, length_beats, segment.beats_per_bar, segment.phrase_bars, first_bar,
            segment.beat_unit, segment.markers,
        )  # fmt: skip

    def local(self, beat: float) -> float:
        """Beats since the section's own beginning (more than a pass, after the first)."""
        return beat - self.start_beat + self.offset_beats

    def place_of(self, beat: float) -> float:
        """`local`, on the tick it lies a rounding beside: added up over hours, a bar line is one still."""
        local = self.local(beat)
        tick = round(local * TICKS_PER_BEAT) / TICKS_PER_BEAT
        return tick if abs(local - tick) < 1e-6 else local

    def beat_of(self, local: float) -> float:
        """Beat of the timeline at which a local beat lies."""
        return local + self.start_beat - self.offset_beats

    def within_pass(self, beat: float) -> float:
        """Beats since bar 1 of the present pass."""
        return max(0.0, (self.local(beat) + HAIR) % self.length_beats - HAIR)

    def ends_pass_at(self, beat: float) -> bool:
        """Whether a pass ends at a beat, but for what rounding to frames may cost."""
        within = self.within_pass(beat)
        return min(within, self.length_beats - within) < 1e-3

    def bars_since_entry(self, beat: float) -> float:
        """Bars since it was entered."""
        return (beat - self.start_beat) / self.beats_per_bar

    def next_exit(self, beat: float, where: Where) -> Exit | None:
        """First place at or after `beat` on a grid, counted from bar 1 of each pass; equality counts.

        None: the section has no such place, for want of a marker.
        """
        if where == "immediate":
            return Exit(beat)
        places = spots(where, self.length_beats, self.beats_per_bar, self.phrase_bars, self.markers)
        if not places:
            return None
        passes, local = divmod(self.local(beat) + HAIR, self.length_beats)
        following = bisect.bisect_left(places, local - 2.0 * HAIR, key=lambda place: place[0])
        if following < len(places):
            at, marker = places[following]
            return Exit(self.beat_of(passes * self.length_beats + at), marker)
        at, marker = places[0]
        return Exit(self.beat_of((passes + 1) * self.length_beats + at), marker)

    def next_boundary(self, beat: float, where: Where) -> float:
        """Beat of `next_exit`; the next end of a pass where there is no such place.

        The end of a pass is bar 1 of the next, and so lies on every grid without an offset.
        """
        found = self.next_exit(beat, where) or self.next_exit(beat, "end")
        assert found is not None  # every pass has an end
        return found.beat

    def bar_number(self, beat: float) -> int:
        """Bar of the timeline a beat lies in."""
        shift = self.offset_beats % self.beats_per_bar
        bars = (beat - self.start_beat + shift + HAIR) // self.beats_per_bar
        return self.first_bar + int(bars)

    def position(self, beat: float) -> str:
        """``bar.beat.tick`` on the timeline."""
        shift = self.offset_beats % self.beats_per_bar
        bar, within = self._on_ticks(beat - self.start_beat + shift)
        return format_position(self.first_bar + bar, within)

    def section_position(self, beat: float) -> str:
        """``bar.beat.tick`` within the pass."""
        ticks = round(self.local(beat) * TICKS_PER_BEAT) % (self.length_beats * TICKS_PER_BEAT)
        bar, within = self._on_ticks(ticks / TICKS_PER_BEAT)
        return format_position(bar + 1, within)

    def _on_ticks(self, beats: float) -> tuple[int, float]:
        """Bars and beats within the bar, rounded to a tick as a whole: a bar never has one beat more."""
        bars, ticks = divmod(round(beats * TICKS_PER_BEAT), self.beats_per_bar * TICKS_PER_BEAT)
        return bars, ticks / TICKS_PER_BEAT

    def next_first_bar(self, beat: float, place: float = 0.0) -> int:
        """Number of the first bar after a seam at `beat`: a bar that is cut short counts as one.

        Where the destination is entered at the same `place` in its bar (beats), the bar goes on.
        """
        apart = (self.local(beat) - place + HAIR) % self.beats_per_bar
        if place and apart <= 2.0 * HAIR:
            return self.bar_number(beat)
        shift = self.offset_beats % self.beats_per_bar
        bars = (beat - self.start_beat + shift) / self.beats_per_bar
        return self.first_bar + int(-(-(bars - HAIR) // 1))
