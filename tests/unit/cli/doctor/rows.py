"""Helpers for the rows of the doctor's report."""

from __future__ import annotations

from adaptive.cli.doctor.row import Row


def mended(row: Row, *said: str) -> bool:
    """Whether a row is a trouble that says these words, the last in the line that mends it."""
    return not row.is_fine and all(word in row.words for word in said[:-1]) and said[-1] in row.mend
