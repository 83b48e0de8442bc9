"""Remembers what a client's ports are connected to, and says what to connect again when an end returns.

A connection that ends while its other end exists was ended by somebody: it is forgotten.  One whose other end
has vanished, or whose server has, is made again once when that port is back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

LOOKS_TO_FORGET = 2
"""Looks at which a connection is missing between two ports that exist, until it is forgotten.

A client that ends loses its connections a moment before its ports.
"""


class JackConnections:
    """Connections of one client's ports, over all servers of a run.

    Port names of this client are short (without the client's name); those of others are whole.

    Attributes
    ----------
    wanted : dict
        Ports that each port is connected to, or shall be when they return.
    """

    def __init__(self) -> None:
        self.wanted: dict[str, set[str]] = {}
        self._missing: dict[tuple[str, str], int] = {}
        self._away: set[tuple[str, str]] = set()

    def want(self, port: str, other: str) -> None:
        """Connect a port at the next look at which the other is there."""
        self.wanted.setdefault(port, set()).add(other)
        self._away.add((port, other))

    def server_left(self) -> None:
        """All ends have vanished."""
        self._away = {(port, other) for port, others in self.wanted.items() for other in others}
        self._missing = {}

    def look(self, connected: Mapping[str, set[str]], exists: Callable[[str], bool]) -> list[tuple[str, str]]:
        """Compare what is connected with what is wanted; return the pairs to connect.

        Parameters
        ----------
        connected : Mapping
            What each port is connected to now.
        exists : callable
            Whether there is a port of a name.
        """
        pairs = []
        for port, others in connected.items():
            wanted = self.wanted.setdefault(port, set())
            for other in others:
                self._away.discard((port, other))
                self._missing.pop((port, other), None)
            for other in sorted(wanted - others):
                pair = port, other
                if not exists(other):
                    self._away.add(pair)
                    self._missing.pop(pair, None)
                elif pair in self._away:
                    pairs.append(pair)
                else:
                    self._missing[pair] = self._missing.get(pair, 0) + 1
                    if self._missing[pair] >= LOOKS_TO_FORGET:
                        wanted.discard(other)
                        del self._missing[pair]
            wanted |= others
        return pairs
