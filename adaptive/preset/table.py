"""What all tables of the preset file are made of: the base of every table, names, numbers, curves."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Bound = Annotated[float, Meta(ge=-1e9, le=1e9)]
Point = tuple[Bound, Bound]


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; unknown keys are faults."""


class Curve(Table, frozen=True):
    """A value that follows a parameter: linear between the points, constant beyond the first and last."""

    over: Name
    points: Annotated[tuple[Point, ...], Meta(min_length=1, max_length=8)]


Control = float | Curve
"""A number, or a curve over a parameter."""
