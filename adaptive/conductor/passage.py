"""A section while it plays: where it began, how its grids lie, which bar it is in."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.preset.schema import EveryBars
from adaptive.timebase import HAIR, TICKS_PER_BEAT, format_position, next_multiple

ExitAt = str | EveryBars


@dataclass(frozen=True, slots=True)
class Passage:
    """One stay in a section.

    Parameters
    ----------
    section : str
        Its name.
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
    """

    section: str
    start_beat: float
    offset_beats: float
    length_beats: int
    beats_per_bar: int
    phrase_bars: int
    first_bar: int

    def local(self, beat: float) -> float:
        """Beats since the section's own beginning (more than a pass, after the first)."""
        return beat - self.start_beat + self.offset_beats

    def beat_of(self, local: float) -> float:
        """Beat of the timeline at which a local beat lies."""
        return local + self.start_beat - self.offset_beats

    def within_pass(self, beat: float) -> float:
        """Beats since bar 1 of the present pass."""
        return max(0.0, (self.local(beat) + HAIR) % self.length_beats - HAIR)

    def bars_since_entry(self, beat: float) -> float:
        """Bars since it was entered."""
        return (beat - self.start_beat) / self.beats_per_bar

    def grid_beats(self, exit_at: ExitAt) -> float:
        """Length of an exit grid; 0 for immediate."""
        if isinstance(exit_at, EveryBars):
            return float(exit_at.every_bars * self.beats_per_bar)
        table = {
            "immediate": 0.0,
            "beat": 1.0,
            "bar": float(self.beats_per_bar),
            "phrase": float(self.phrase_bars * self.beats_per_bar),
            "end": float(self.length_beats),
        }
        return table[exit_at]

    def next_boundary(self, beat: float, exit_at: ExitAt) -> float:
        """First beat at or after `beat` on a grid, counted from bar 1 of the present pass.

        The end of a pass is bar 1 of the next, and so lies on every grid.
        """
        grid = self.grid_beats(exit_at)
        if grid == 0.0:
            return beat
        local = self.local(beat)
        start = next_multiple(local, float(self.length_beats)) - self.length_beats
        if start + self.length_beats - local <= HAIR:
            start += self.length_beats
        found = next_multiple(local, grid, start)
        return self.beat_of(min(found, start + self.length_beats))

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

    def next_first_bar(self, beat: float, offset_beats: float = 0.0) -> int:
        """Number of the first bar after a seam at `beat`: a bar that is cut short counts as one.

        Where the destination is entered at the same place in its bar, the bar is not cut: it goes on.
        """
        apart = (self.local(beat) - offset_beats + HAIR) % self.beats_per_bar
        if offset_beats and apart <= 2.0 * HAIR:
            return self.bar_number(beat)
        shift = self.offset_beats % self.beats_per_bar
        bars = (beat - self.start_beat + shift) / self.beats_per_bar
        return self.first_bar + int(-(-(bars - HAIR) // 1))
