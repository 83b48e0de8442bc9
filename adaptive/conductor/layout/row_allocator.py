"""Allocates engine rows; layers that did not change keep theirs.

A preset is laid out once on an empty engine, with spare rows, and again for every edit on the engine that
plays.  A layer, stinger, bridge, fill or parameter that needs the same resources as before the edit keeps its
strip, clips and voices, and plays on untouched.  What is new gets rows that were never used, or rows whose
owner was removed and has fallen silent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from adaptive.engine.spec import EngineRow, EngineSpec
from adaptive.errors import AdaptiveError


class NoSpareRowsError(AdaptiveError):
    """The running engine has too few spare rows for an edited preset; it needs a new engine."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Which rows of a running engine are in use.

    Parameters
    ----------
    spec : EngineSpec
        Specification of the engine.
    held : collection of EngineRow
        Rows that must not be reused: those of what plays, and those that an undo would need again.
    is_at_rest : callable
        Takes a row; returns whether nothing of it is heard any more.
    """

    spec: EngineSpec
    held: Collection[EngineRow]
    is_at_rest: Callable[[EngineRow], bool]


@dataclass(slots=True)
class RowAllocator:
    """Allocates rows, the lowest free ones first.

    Parameters
    ----------
    limits : dict
        Kind of row to the number of rows that there may be.
    occupancy : Occupancy or None
        The running engine; None: an empty one.
    owners : dict
        Row to an object that stands for its owner; a row whose owner changes is written again.
    used : dict
        Kind of row to the number of rows in use, counted up to the highest.
    """

    limits: dict[str, int]
    occupancy: Occupancy | None = None
    owners: dict[EngineRow, object] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def keep(self, kind: str, first: int, count: int = 1) -> None:
        """Keep rows with their owner."""
        assert self.occupancy is not None
        for index in range(first, first + count):
            self.owners[kind, index] = self.occupancy.spec.owners[kind, index]
            self.used[kind] = max(self.used.get(kind, 0), index + 1)

    def allocate(
        self,
        kind: str,
        wanted_for: str,
        count: int = 1,
        above: int = -1,
        suits: Callable[[int], bool] | None = None,
    ) -> int:
        """Allocate adjacent free rows.

        Parameters
        ----------
        kind : str
            Kind of row.
        wanted_for : str
            What they are for, for the error message.
        count : int
            Number of adjacent rows.
        above : int
            The rows must lie above this one.
        suits : callable, optional
            Takes the first row; returns whether it can be used.

        Returns
        -------
        int
            The first of the rows.

        Raises
        ------
        NoSpareRowsError
            There are no such rows.
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
