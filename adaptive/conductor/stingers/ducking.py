"""Ducking under stingers: one envelope for all stingers that overlap, posted again whenever one changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from adaptive.engine import commands
from adaptive.engine.commands import Command

DUCK_S = 0.06
"""Length of the ramp down."""

RECOVER_S = 0.6
"""Length of the ramp back up."""


@dataclass(frozen=True, slots=True)
class DuckWindow:
    """The time in which one stinger ducks the other strips.

    Parameters
    ----------
    first, last : int
        First frame of the stinger, and the frame after its last.
    sync_point : int
        Frame of its first beat.
    gain : float
        Linear gain of the ducked strips.
    """

    first: int
    sync_point: int
    last: int
    gain: float


class Ducking:
    """Posts the ducking envelope, which is a gain of its own beside the level of each strip.

    Parameters
    ----------
    buses : sequence of int
        Strips that are ducked.
    group : int
        Withdrawal group of all its commands.
    sample_rate : int
        Frames per second.

    Attributes
    ----------
    state : tuple of DuckWindow
        The windows whose envelope is posted.
    """

    def __init__(self, buses: Sequence[int], group: int, sample_rate: int) -> None:
        self.buses, self._group = list(buses), group
        self.state: tuple[DuckWindow, ...] = ()
        self._down, self._up = round(DUCK_S * sample_rate), round(RECOVER_S * sample_rate)

    def duck_too(self, buses: Sequence[int], taken: Collection[int]) -> None:
        """Duck other strips too, which an edit has removed and which still sound, except those in `taken`."""
        self.buses += [bus for bus in buses if bus not in taken]

    def recovers_at(self, window: DuckWindow) -> int:
        """Frame at which the ramp up begins: `RECOVER_S` before the end, but not before the sync point."""
        return max(window.sync_point + self._down, window.last - self._up)

    def write(self, windows: Sequence[DuckWindow], at: int, added: Sequence[int] = ()) -> list[Command]:
        """Withdraw the envelope from a frame on, and post the one of these windows instead.

        Parameters
        ----------
        windows : sequence of DuckWindow
            All stingers that duck; where they overlap, the lowest gain holds.
        at : int
            Frame of the timeline.
        added : sequence of int
            Strips that were added by an edit: they jump to the present level of the others.
        """
        posted = [commands.withdraw(self._group, at)]
        was, before = self._level(self.state, at), self._level(windows, at)
        self.state = tuple(windows)
        if before != 1.0:
            posted += [commands.duck_bus(at, bus, before, 0, group=self._group) for bus in added]
        if was != before:
            posted += self._ramps(at, was, before)
        edges = {window.first for window in windows} | {self.recovers_at(window) for window in windows}
        for frame in sorted(edges):
            level = self._level(windows, frame)
            if frame >= at and level != before:
                posted += self._ramps(frame, before, level)
            before = level
        return posted

    def _level(self, windows: Sequence[DuckWindow], frame: int) -> float:
        """Gain at a frame, without ramps: the lowest of the windows that contain it."""
        gains = (window.gain for window in windows if window.first <= frame < self.recovers_at(window))
        return min(gains, default=1.0)

    def _ramps(self, frame: int, before: float, level: float) -> list[Command]:
        frames = self._down if level < before else self._up
        return [commands.duck_bus(frame, bus, level, frames, group=self._group) for bus in self.buses]
