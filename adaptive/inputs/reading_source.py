"""Where the value of a parameter comes from: which input, which of its addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from adaptive.preset.schema import InputTable


@dataclass(frozen=True, slots=True)
class ReadingSource:
    """The source of a value.

    Parameters
    ----------
    table : InputTable
        The input that made it a value of the parameter.
    place : str
        The address that it came from, and which of its arguments.
    """

    table: InputTable
    place: str


def arguments_of(table: InputTable) -> tuple[int, ...]:
    """The arguments that an input reads, from 0."""
    return table.argument if isinstance(table.argument, tuple) else (table.argument,)


def arbitrated(tables: Iterable[InputTable]) -> frozenset[str]:
    """Parameters of which several sources have to be compared or combined."""
    return frozenset(
        one.parameter
        for one in tables
        if one.parameter is not None
        and (one.combine is not None or one.priority or one.stale_after_s is not None)
    )
