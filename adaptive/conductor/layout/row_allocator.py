"""Who sits where in the engine: what stays keeps its seat, what comes takes a free one.

A preset is laid out once on an empty engine, with room to spare, and again for every edit on the engine that
plays.  Then each layer, stinger, bridge, fill and parameter that is still played by the same means keeps its
strip, its clips, its voices: it is not touched.  What is new takes seats that nobody has had, or whose tenant
has gone and fallen silent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from adaptive.engine.spec import EngineRow, EngineSpec
from adaptive.errors import AdaptiveError


class NoSpareRowsError(AdaptiveError):
    """The engine that plays has no room for what a preset wants: it has to be laid out anew."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """An engine that plays, as far as laying out on it needs.

    Parameters
    ----------
    spec : EngineSpec
        All it holds.
    held : collection of EngineRow
        Seats that are not given away: of what plays, and of what may be come back to.
    is_at_rest : callable
        Whether nothing of a seat is heard any more.
    """

    spec: EngineSpec
    held: Collection[EngineRow]
    is_at_rest: Callable[[EngineRow], bool]


@dataclass(slots=True)
class RowAllocator:
    """Gives seats away, the lowest that is free first.

    Parameters
    ----------
    limits : dict
        How many seats there may be of each kind.
    occupancy : Occupancy or None
        What is there already; None: nothing.
    """

    limits: dict[str, int]
    occupancy: Occupancy | None = None
    owners: dict[EngineRow, object] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def keep(self, kind: str, first: int, count: int = 1) -> None:
        """Let who sits there stay."""
        assert self.occupancy is not None
        for index in range(first, first + count):
            self.owners[kind, index] = self.occupancy.spec.owners[kind, index]
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
        NoSpareRowsError
            There are none left; `wanted_for` says for whom they were wanted.
        """
        owner = object()
        for first in range(above + 1, self.limits[kind] - count + 1):
            rows = [(kind, index) for index in range(first, first + count)]
            if all(self._is_free(row) for row in rows) and (suits is None or suits(first)):
                self.owners.update(dict.fromkeys(rows, owner))
                self.used[kind] = max(self.used.get(kind, 0), first + count)
                return first
        message = f"the engine that plays has no {kind} left for {wanted_for}"
        raise NoSpareRowsError(message)

    def _is_free(self, row: EngineRow) -> bool:
        if row in self.owners:
            return False
        if self.occupancy is None or row not in self.occupancy.spec.owners:
            return True
        return row not in self.occupancy.held and self.occupancy.is_at_rest(row)
