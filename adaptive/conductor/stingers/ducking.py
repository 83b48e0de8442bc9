"""Room for stingers: one envelope over all that sound at once, written anew when one comes, moves or goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from adaptive.engine import commands
from adaptive.engine.commands import Command

DUCK_S = 0.06
RECOVER_S = 0.6


@dataclass(frozen=True, slots=True)
class DuckWindow:
    """The room one stinger wants: from its first frame on, at least to its apex, to near its last."""

    first: int
    sync_point: int
    last: int
    gain: float


class Ducking:
    """Moves the second gain of strips.

    Parameters
    ----------
    buses : sequence of int
        Strips that make room.
    group : int
        Withdrawal group of all its commands.
    sample_rate : int
        Frames a second.
    """

    def __init__(self, buses: Sequence[int], group: int, sample_rate: int) -> None:
        self.buses, self._group = list(buses), group
        self._rooms: tuple[DuckWindow, ...] = ()
        self._down, self._up = round(DUCK_S * sample_rate), round(RECOVER_S * sample_rate)

    def take_over(self, before: Ducking, taken: Collection[int]) -> None:
        """Go on with what one before this had written, and with strips that nobody else has taken since."""
        self._rooms = before._rooms
        self.buses += [bus for bus in before.buses if bus not in taken]

    def ends(self, room: DuckWindow) -> int:
        """Frame at which the strips begin to come back; a short stinger has its room at the blow, too."""
        return max(room.sync_point + self._down, room.last - self._up)

    def write(self, rooms: Sequence[DuckWindow], at: int, came: Sequence[int] = ()) -> list[Command]:
        """Take back what is planned from a frame on, and post the envelope of these rooms in its place.

        Strips that have just come are put where the others are.
        """
        posted = [commands.withdraw(self._group, at)]
        was, before = self._level(self._rooms, at), self._level(rooms, at)
        self._rooms = tuple(rooms)
        if before != 1.0:
            posted += [commands.duck_bus(at, bus, before, 0, group=self._group) for bus in came]
        if was != before:
            posted += self._turn(at, was, before)
        for frame in sorted({room.first for room in rooms} | {self.ends(room) for room in rooms}):
            level = self._level(rooms, frame)
            if frame >= at and level != before:
                posted += self._turn(frame, before, level)
            before = level
        return posted

    def _level(self, rooms: Sequence[DuckWindow], frame: int) -> float:
        return min((room.gain for room in rooms if room.first <= frame < self.ends(room)), default=1.0)

    def _turn(self, frame: int, before: float, level: float) -> list[Command]:
        frames = self._down if level < before else self._up
        return [commands.duck_bus(frame, bus, level, frames, group=self._group) for bus in self.buses]
