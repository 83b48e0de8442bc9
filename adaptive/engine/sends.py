"""The sends of an engine: rows linked to the bus they come from, so that a bus may have any number."""

from __future__ import annotations

from typing import Any

from adaptive.engine.arrays import Array
from adaptive.kernel import layout as k


class NoSendsLeftError(ValueError):
    """Every row of sends is in use."""


class Sends:
    """Rows of sends.

    A send that an edit takes away keeps its row, at a gain of 0: the kernel may be reading it.

    Parameters
    ----------
    rows : ndarray of `layout.SEND`
        Used and spare rows.
    """

    def __init__(self, rows: Array) -> None:
        self.rows = rows
        self.row_of: dict[tuple[int, int], int] = {}
        """Row of the send from a bus to a bus."""
        self._free = list(reversed(range(len(rows))))

    def add(self, groups: Any, bus: int, to: int, gain: float, now: float, delay: int = 0) -> None:
        """Link a send to a bus: a row is written before the one store that links it (ordered).

        Parameters
        ----------
        groups : ndarray of `BUS_GROUP`
            The buses.
        bus, to : int
            Row of the bus, and of the bus it feeds.
        gain, now : float
            Linear gain that it moves to, and where it begins.
        delay : int
            Frames that it waits for the paths beside it.

        Raises
        ------
        NoSendsLeftError
            Every row is in use.
        """
        if (bus, to) in self.row_of:
            self.rows[self.row_of[bus, to]]["wanted"] = gain
            return
        if not self._free:
            message = f"the engine that plays has no room for more than {len(self.rows)} sends"
            raise NoSendsLeftError(message)
        row = self._free.pop()
        group, column = groups[bus // k.PAIRS], bus % k.PAIRS
        record = self.rows[row]
        record["to"], record["wanted"] = to, gain
        record["now"] = record["value"] = now
        record["delay"] = delay
        record["next"] = group["first_send"][column]
        group["first_send"][column] = row
        self.row_of[bus, to] = row

    def forget(self, bus: int) -> None:
        """Free the rows of a silent bus whose owner has changed."""
        for key in [key for key in self.row_of if key[0] == bus]:
            self._free.append(self.row_of.pop(key))

    def record_of(self, bus: int, to: int) -> Any:
        """The record of a send."""
        return self.rows[self.row_of[bus, to]]
