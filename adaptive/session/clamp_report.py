"""Reports values that were out of range and clamped: each is counted, and reported once."""

from __future__ import annotations

from collections.abc import Callable

from adaptive.inputs.clamped_values import clamped_values
from adaptive.inputs.message import Transaction

MOST_REMEMBERED = 1024
"""Pairs of sender and name that are remembered as reported.

When the limit is reached all are forgotten and reported anew, so that no sender is muted for ever.
"""


class ClampReport:
    """Counts clamped values, and reports the first of each sender and name.

    Parameters
    ----------
    tell : callable
        Is given one sentence for the user.

    Attributes
    ----------
    count : int
        Values clamped so far.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[tuple[str, str]] = set()
        self.count = 0

    def look_at(self, transaction: Transaction, sender: str | None) -> None:
        """Count the clamped values of a transaction, and report those that are new from its sender.

        Pass None as the sender if another part of the program has reported them already.
        """
        for one in clamped_values(transaction.requests):
            self.count += 1
            if sender is None or (key := (sender, one.name)) in self._told:
                continue
            if len(self._told) >= MOST_REMEMBERED:
                self._told.clear()
            self._told.add(key)
            self._tell(f"{sender} sends {one.name} out of its range: it is clamped to {one.value:g}")
