"""Values out of their range: clamped where they come in, counted, told once a sender and parameter."""

from __future__ import annotations

from collections.abc import Callable

from adaptive.inputs.message import Transaction

MOST_REMEMBERED = 1024
"""Pairs of sender and parameter; beyond them all are forgotten, so that nobody is muted for ever."""


class ClampReport:
    """Counts what was clamped.

    Parameters
    ----------
    tell : callable
        Takes a sentence for the user.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[tuple[str, str]] = set()
        self.count = 0

    def look_at(self, transaction: Transaction, sender: str | None) -> None:
        """Count what a transaction holds, and tell what is new of its sender; None: that is told already."""
        for request in transaction.clamped:
            self.count += 1
            if sender is None or (key := (sender, request.name)) in self._told:
                continue
            if len(self._told) >= MOST_REMEMBERED:
                self._told.clear()
            self._told.add(key)
            self._tell(f"{sender} sends {request.name} out of its range: it is clamped to {request.value:g}")
