"""Instruments that are described by the numbers of their table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adaptive.kernel.sources.descriptor import FileSpec, NumbersSpec
from adaptive.kernel.sources.registry import SOURCES


def numbers_spec(table: Any, bus: int) -> NumbersSpec:
    """Return the instrument of a table, on a bus."""
    return NumbersSpec(table.kind, bus, table.voices, table.numbers(), _options(table))


def file_spec(table: Any, bus: int, material: object, path: Path, modified_ns: int) -> FileSpec:
    """Return the instrument of a table, on a bus, with what was read from a file."""
    source = (str(path), modified_ns)
    return FileSpec(table.kind, bus, table.voices, table.numbers(), _options(table), material, source)


def _options(table: Any) -> tuple[str, ...]:
    return tuple(option.name for option in SOURCES[table.kind].options)
