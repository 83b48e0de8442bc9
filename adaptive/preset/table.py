"""What all tables of the preset file are made of: the base of every table, names, numbers, curves."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
NonNegative = Annotated[float, Meta(ge=0.0, le=1e9)]
"""Numbers are read as float64 and rendered as float32, so they are limited to what float32 can hold."""

Level = Annotated[float, Meta(ge=-200.0, le=24.0)]
"""A level in decibels; -80 and less is silence."""

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
