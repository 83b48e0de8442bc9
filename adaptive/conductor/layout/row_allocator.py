"""Who sits where in the engine: what stays keeps its seat, what comes takes a free one.

A preset is laid out once on an empty engine, with room to spare, and again for every edit on the engine that
plays.  Then each layer, stinger, bridge, fill and parameter that is still played by the same means keeps its
strip, its clips, its voices: it is not touched.  What is new takes seats that nobody has had, or whose tenant
has gone and fallen silent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from adaptive.engine.spec import EngineSpec, Seat
from adaptive.errors import AdaptiveError


class RoomFullError(AdaptiveError):
    """The engine that plays has no room for what a preset wants: it has to be laid out anew."""


@dataclass(frozen=True, slots=True)
class Ground:
    """An engine that plays, as far as laying out on it needs.

    Parameters
    ----------
    spec : EngineSpec
        All it holds.
    held : collection of Seat
        Seats that are not given away: of what plays, and of what may be come back to.
    is_at_rest : callable
        Whether nothing of a seat is heard any more.
    """

    spec: EngineSpec
    held: Collection[Seat]
    is_at_rest: Callable[[Seat], bool]


@dataclass(slots=True)
class Seats:
    """Gives seats away, the lowest that is free first.

    Parameters
    ----------
    limits : dict
        How many seats there may be of each kind.
    ground : Ground or None
        What is there already; None: nothing.
    """

    limits: dict[str, int]
    ground: Ground | None = None
    tenants: dict[Seat, object] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def keep(self, kind: str, first: int, count: int = 1) -> None:
        """Let who sits there stay."""
        assert self.ground is not None
        for index in range(first, first + count):
            self.tenants[kind, index] = self.ground.spec.tenants[kind, index]
            self.used[kind] = max(self.used.get(kind, 0), index + 1)

    def take(
        self,
        kind: str,
        wanted_for: str,
        count: int = 1,
        above: int = -1,
        suits: Callable[[int], bool] | None = None,
    ) -> int:
        """Take so many seats side by side, beyond one or anywhere; the first of them.

        Raises
        ------
        RoomFullError
            There are none left; `wanted_for` says for whom they were wanted.
        """
        tenant = object()
        for first in range(above + 1, self.limits[kind] - count + 1):
            seats = [(kind, index) for index in range(first, first + count)]
            if all(self._is_free(seat) for seat in seats) and (suits is None or suits(first)):
                self.tenants.update(dict.fromkeys(seats, tenant))
                self.used[kind] = max(self.used.get(kind, 0), first + count)
                return first
        message = f"the engine that plays has no {kind} left for {wanted_for}"
        raise RoomFullError(message)

    def _is_free(self, seat: Seat) -> bool:
        if seat in self.tenants:
            return False
        if self.ground is None or seat not in self.ground.spec.tenants:
            return True
        return seat not in self.ground.held and self.ground.is_at_rest(seat)
