"""Room for stingers: one envelope over all that sound at once, written anew when one comes, moves or goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adaptive.engine import commands
from adaptive.engine.commands import Command

DUCK_S = 0.06
RECOVER_S = 0.6


@dataclass(frozen=True, slots=True)
class Room:
    """The room one stinger wants: from its first frame on, at least to its apex, to near its last."""

    first: int
    apex: int
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
        self._buses, self._group = buses, group
        self._down, self._up = round(DUCK_S * sample_rate), round(RECOVER_S * sample_rate)

    def ends(self, room: Room) -> int:
        """Frame at which the strips begin to come back; a short stinger has its room at the blow, too."""
        return max(room.apex + self._down, room.last - self._up)

    def write(self, rooms: Sequence[Room], at: int) -> list[Command]:
        """Take back what is planned from a frame on, and post the envelope of these rooms in its place."""
        posted = [commands.withdraw(self._group, at)]
        turns = sorted({room.first for room in rooms} | {self.ends(room) for room in rooms})
        before = 1.0
        for frame in turns:
            level = min((r.gain for r in rooms if r.first <= frame < self.ends(r)), default=1.0)
            if frame >= at and level != before:
                frames = self._down if level < before else self._up
                posted += [
                    commands.duck_bus(frame, bus, level, frames, group=self._group) for bus in self._buses
                ]
            before = level
        return posted
