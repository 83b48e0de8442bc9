"""A section while it plays: where it began, how its grids lie, which bar it is in."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.preset.schema import EveryBars
from adaptive.timebase import HAIR, format_position, next_multiple

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
        return (self.local(beat) + HAIR) % self.length_beats

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
        within = (self.local(beat) + HAIR) % self.beats_per_bar
        return format_position(self.bar_number(beat), max(0.0, within - HAIR))

    def section_position(self, beat: float) -> str:
        """``bar.beat.tick`` within the pass."""
        within = self.within_pass(beat)
        bar, rest = divmod(within, self.beats_per_bar)
        return format_position(int(bar) + 1, max(0.0, rest - HAIR))

    def next_first_bar(self, beat: float) -> int:
        """Number of the bar that a seam at `beat` begins: a bar that is cut short counts as one."""
        shift = self.offset_beats % self.beats_per_bar
        bars = (beat - self.start_beat + shift) / self.beats_per_bar
        return self.first_bar + int(-(-(bars - HAIR) // 1))
