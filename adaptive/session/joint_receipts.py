"""One row of receipts for several requests of a message that share an id, such as the groups of a `state`.

What the requests are told in one turn of the session is told together; the last receipt comes when the last
of them has ended, with the status of the one that fared worst.
"""

from __future__ import annotations

from typing import Any

UNDER_WAY = ("accepted", "deferred", "started")
"""Other statuses, in the order in which they come."""

WORST_FIRST = ("failed", "dropped", "superseded", "finished", "merged")
"""Statuses after which no further receipt of a message follows."""

TERMINAL = frozenset(WORST_FIRST)


class JointReceipts:
    """Joins the receipts of some requests.

    Parameters
    ----------
    count : int
        Number of requests that have not ended.
    """

    def __init__(self, count: int) -> None:
        self._left = count
        self._new: list[dict[str, Any]] = []
        self._ended: list[dict[str, Any]] = []

    @property
    def is_done(self) -> bool:
        """Whether all requests have ended."""
        return self._left <= 0

    def add(self, count: int) -> None:
        """Join further requests."""
        self._left += count

    def keep(self, document: dict[str, Any]) -> None:
        """Keep a receipt of one of the requests until `take`."""
        if document["status"] in TERMINAL:
            self._left -= 1
            self._ended.append(document)
        else:
            self._new.append(document)

    def take(self) -> list[dict[str, Any]]:
        """Receipts of all requests together since the last call."""
        same = {status: [one for one in self._new if one["status"] == status] for status in UNDER_WAY}
        found = [_joined(documents, status) for status, documents in same.items() if documents]
        self._new.clear()
        if self.is_done:
            worst = min((one["status"] for one in self._ended), key=WORST_FIRST.index)
            found.append(_joined(self._ended, worst))
        return found


def _joined(documents: list[dict[str, Any]], status: str) -> dict[str, Any]:
    """One receipt that says what several say, with the first of the moments at which they sound."""
    reasons = dict.fromkeys(one["reason"] for one in documents if one["reason"])
    joined = {
        "receipt": documents[0]["receipt"], "status": status, "reason": "; ".join(reasons),
        "rule": next((one["rule"] for one in documents if one["rule"]), None),
    }  # fmt: skip
    moments = [one["sounds_at"] for one in documents if "sounds_at" in one]
    if moments:
        joined["sounds_at"] = min(moments, key=lambda moment: moment["frame"])
    return joined
