"""The request of a client that wants to be told of topics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Set the topics that a connection subscribes to; over UDP they may be sent to another `port`."""

    topics: frozenset[str]
    id: str | None = None
    port: int | None = None
