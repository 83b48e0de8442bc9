"""The syntax tree of a parsed expression, and the reserved words of the expression language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# The kernel computes expressions in float32, so its largest finite number is the largest allowed here.
LARGEST = (2.0 - 2.0**-23) * 2.0**127

FUNCTIONS = {"min": 2, "max": 2, "mean": 2, "abs": 1, "age": 1, "stale": 1, "healthy": 1}
"""The functions with their number of arguments; 2 stands for two or more."""
CLOCK_FUNCTIONS = ("age", "stale", "healthy")
"""Functions that take the name of a parameter and do not read its value."""
BARS_IN_SECTION = "bars_in_section"
WORDS = ("and", "or", "not")
RESERVED = frozenset({*FUNCTIONS, *WORDS, BARS_IN_SECTION})
"""Names that a parameter or a state group cannot have."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A literal string, which names a value of a state group."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of a parameter or a state group; stands for its current value."""

    name: str


@dataclass(frozen=True, slots=True)
class BarsInSection:
    """The number of bars since the current section began."""


@dataclass(frozen=True, slots=True)
class Call:
    """One of `FUNCTIONS` with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``-`` before a number, ``not`` before a condition."""

    operator: Literal["-", "not"]
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """One of ``+ - * /`` between two numbers."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """One of ``< <= > >= == !=``; `index` is unique among the comparisons of one expression."""

    operator: str
    left: Node
    right: Node
    index: int


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` between two or more conditions."""

    operator: str
    operands: tuple[Node, ...]


Node = Number | Text | Reference | BarsInSection | Call | Unary | Binary | Comparison | Logic


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    Attributes
    ----------
    text : str
        As written.
    names : frozenset of str
        The parameters and state groups it reads.
    root : Node
        The outermost operation.
    """

    text: str
    names: frozenset[str]
    root: Node


def walk(root: Node) -> Iterator[tuple[Node, int]]:
    """Yield each node with its depth; the root has depth 1."""
    waiting: list[tuple[Node, int]] = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in children(node))


def children(node: Node) -> tuple[Node, ...]:
    """Return the operands of a node, from left to right."""
    match node:
        case Call(_, arguments):
            return arguments
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right) | Comparison(_, left, right, _):
            return (left, right)
        case Logic(_, operands):
            return operands
        case _:
            return ()
