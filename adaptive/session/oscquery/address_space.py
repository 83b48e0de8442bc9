"""The tree of OSC addresses that OSCQuery shows, and how two of them differ.

References
----------
The OSCQuery proposal: https://github.com/Vidvox/OSCQueryProposal
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

NO_VALUE, READ, WRITE, READ_WRITE = 0, 1, 2, 3
"""What may be done with the value of a node: its attribute ACCESS."""

ATTRIBUTES = (
    "FULL_PATH",
    "CONTENTS",
    "DESCRIPTION",
    "ACCESS",
    "TYPE",
    "VALUE",
    "RANGE",
    "CLIPMODE",
    "CRITICAL",
)
"""What a node may be asked for."""

IMPULSE = "I"
"""Type of what is triggered and has no value."""

MOST_METHODS = 4096
"""Addresses of a tree; further ones are left out."""

MOST_TOLD = 8
"""Nodes that are told one by one when they have gone or come."""

_GOOD_PATH = re.compile(r"(/[^\s#*,/?\[\]{}\x00-\x1f\x7f-\U0010ffff]+)+")
"""An address without the characters that OSC keeps for patterns, and without an empty part."""

Value = tuple[Any, ...] | None
"""The values of a method, one for each type; None: it cannot be read."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The range of an argument: two bounds, or all values that there are.

    Parameters
    ----------
    low, high : float or None
        Least and largest value.
    values : tuple of str
        All values; empty: it is a number between the bounds.
    """

    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As RANGE has it."""
        if self.values:
            return {"VALS": list(self.values)}
        found = {"MIN": self.low, "MAX": self.high}
        return {key: value for key, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Method:
    """An address that takes a message, or of which a value can be read.

    Parameters
    ----------
    path : str
        The address.
    label : str
        A short name for people.
    types : str
        A type tag for each argument.
    access : int
        One of `READ`, `WRITE`, `READ_WRITE`.
    bounds : tuple of Bounds or None
        The range of each argument; empty: none has one.
    is_clamped : bool
        Whether a number beyond its range counts as its bound.
    is_critical : bool
        Whether a message must not be lost, so that a client had better send it over the WebSocket.
    """

    path: str
    label: str
    types: str = "f"
    access: int = READ_WRITE
    bounds: tuple[Bounds | None, ...] = ()
    is_clamped: bool = False
    is_critical: bool = False

    @property
    def can_be_read(self) -> bool:
        """Whether it has a value."""
        return bool(self.access & READ)

    def as_json(self, value: Value) -> dict[str, Any]:
        """The node, with its value; of one that can only be written, the values are null.

        python-oscquery refuses a whole tree in which a method without any value stands.
        """
        known = value if self.can_be_read and value is not None else (None,) * len(self.types)
        found: dict[str, Any] = {
            "FULL_PATH": self.path,
            "DESCRIPTION": self.label,
            "ACCESS": self.access,
            "TYPE": self.types,
            "VALUE": [_shown(one) for one in known],
        }
        if self.bounds:
            found["RANGE"] = [None if one is None else one.as_json() for one in self.bounds]
        if self.is_clamped:
            found["CLIPMODE"] = ["both"] * len(self.types)
        if self.is_critical:
            found["CRITICAL"] = True
        return found


@dataclass(slots=True)
class QueryContainer:
    """A node with others below it."""

    path: str
    label: str
    contents: dict[str, QueryContainer | Method] = field(default_factory=dict)


class AddressSpace:
    """All methods as a tree.

    An address that OSC does not allow is left out, and so is one that has others below it: to clients a node
    is either a method or a container.

    Parameters
    ----------
    methods : iterable of Method
        In the order in which they are shown.
    labels : mapping of str to str
        Names of containers for people, by path; the others have the last part of their path.
    """

    def __init__(self, methods: Iterable[Method], labels: Mapping[str, str] | None = None) -> None:
        self.methods: dict[str, Method] = {}
        self._labels = dict(labels or {})
        self._nodes: dict[str, QueryContainer | Method] = {}
        self._nodes["/"] = self._root = QueryContainer("/", self._labels.get("/", "root"))
        for method in methods:
            if len(self._nodes) < MOST_METHODS and _GOOD_PATH.fullmatch(method.path):
                self._add(method)
        self.methods = {path: one for path, one in self._nodes.items() if isinstance(one, Method)}

    def _add(self, method: Method) -> None:
        if method.path in self._nodes:
            return
        parts = method.path[1:].split("/")
        inside = self._root
        for number, part in enumerate(parts[:-1], start=1):
            path = "/" + "/".join(parts[:number])
            there = self._nodes.get(path)
            if not isinstance(there, QueryContainer):
                there = QueryContainer(path, self._labels.get(path, part))
                self._nodes[path] = inside.contents[part] = there
            inside = there
        self._nodes[method.path] = inside.contents[parts[-1]] = method

    def __contains__(self, path: object) -> bool:
        """Whether there is such a node."""
        return path in self._nodes

    def below(self, path: str) -> list[Method]:
        """The methods at a path and below it."""
        start = "" if path == "/" else path
        return [one for at, one in self.methods.items() if at == path or at.startswith(start + "/")]

    def as_json(self, path: str, value_of: Callable[[str], Value]) -> dict[str, Any] | None:
        """A node and all below it; None: there is none."""
        found = self._nodes.get(path)
        return None if found is None else self._json(found, value_of)

    def _json(self, node: QueryContainer | Method, value_of: Callable[[str], Value]) -> dict[str, Any]:
        if isinstance(node, Method):
            return node.as_json(value_of(node.path) if node.can_be_read else None)
        contents = {name: self._json(one, value_of) for name, one in node.contents.items()}
        return {
            "FULL_PATH": node.path,
            "DESCRIPTION": node.label,
            "ACCESS": NO_VALUE,
            "CONTENTS": contents,
        }

    def can_be_read(self, path: str) -> bool:
        """Whether a node has a value."""
        found = self._nodes.get(path)
        return isinstance(found, Method) and found.can_be_read

    def notices_since(
        self, before: AddressSpace, value_of: Callable[[str], Value]
    ) -> Iterator[dict[str, Any]]:
        """Yield the messages that tell a client of another tree; none if it is the same.

        First what has gone and what has come, the topmost node of each, with the attributes of what has come:
        ossia score reads them there.  Of more than `MOST_TOLD` only the node below which they lie is told, as
        gone and come.  At the end one message names the node in which all changes lie, for clients that ask
        for its contents again.
        """
        gone = _topmost([path for path in before._nodes if path not in self._nodes])
        come = _topmost([path for path in self._nodes if path not in before._nodes])
        changed = [
            path
            for path, node in self._nodes.items()
            if path in before._nodes and _has_changed(before._nodes[path], node)
        ]
        places = [_parent(path) for path in (*gone, *come)] + changed
        if len(gone) + len(come) > MOST_TOLD:
            branches = _branches(gone, come)
            gone = [path for path in branches if path in before._nodes]
            come = [path for path in branches if path in self._nodes]
        for path in gone:
            yield {"COMMAND": "PATH_REMOVED", "DATA": path}
        for path in come:
            yield {"COMMAND": "PATH_ADDED", "DATA": path, **self._json(self._nodes[path], value_of)}
        if places:
            yield {"COMMAND": "PATH_CHANGED", "DATA": _common(places)}


def _has_changed(before: QueryContainer | Method, now: QueryContainer | Method) -> bool:
    """Whether a node itself is another: not what is below it."""
    if isinstance(before, QueryContainer) and isinstance(now, QueryContainer):
        return before.label != now.label
    return before != now


def _branches(gone: list[str], come: list[str]) -> list[str]:
    """The nodes below which everything has gone and come; not the root, which stays."""
    common = _common([_parent(path) for path in (*gone, *come)])
    if common != "/":
        return [common]
    return list(dict.fromkeys("/".join(path.split("/")[:2]) for path in (*gone, *come)))


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _topmost(paths: list[str]) -> list[str]:
    """Paths that lie below no other one."""
    known = set(paths)
    return [path for path in paths if not any(above in known for above in _above(path))]


def _above(path: str) -> Iterator[str]:
    while path != "/":
        path = _parent(path)
        yield path


def _common(paths: list[str]) -> str:
    """The deepest node in which all paths lie.

    Examples
    --------
    >>> _common(["/a/b/c", "/a/b/d"]), _common(["/a"]), _common(["/a", "/b"])
    ('/a/b', '/a', '/')
    """
    rows = [path.split("/") for path in paths]
    shared: list[str] = []
    for parts in zip(*rows, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared) or "/"


def _shown(value: Any) -> Any:
    """A value as JSON can hold it: seven digits of a number, as a float of OSC has."""
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    return value
