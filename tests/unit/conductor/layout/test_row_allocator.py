"""Rows are allocated lowest first, kept by their owners, and reused only when silent and not held."""

from __future__ import annotations

import pytest

from adaptive.conductor.layout.row_allocator import NoSpareRowsError, Occupancy, RowAllocator
from adaptive.engine.spec import EngineRow, EngineSpec


def running(*owned: int, held: set[int] = frozenset(), ringing: set[int] = frozenset()) -> Occupancy:  # type: ignore[assignment]
    """A running engine whose clips `owned` have owners."""
    spec = EngineSpec(owners={("clip", index): f"owner {index}" for index in owned})

    def is_at_rest(row: EngineRow) -> bool:
        return row[1] not in ringing

    return Occupancy(spec, {("clip", index) for index in held}, is_at_rest)


def test_the_lowest_free_rows_are_allocated_side_by_side() -> None:
    rows = RowAllocator({"clip": 8})

    assert rows.allocate("clip", "a", 2) == 0
    assert rows.allocate("clip", "b") == 2
    assert rows.allocate("clip", "c", above=4) == 5
    assert rows.allocate("clip", "d", 2) == 3
    assert rows.used["clip"] == 6


def test_rows_allocated_together_have_one_owner() -> None:
    rows = RowAllocator({"clip": 8})
    rows.allocate("clip", "a", 2)
    rows.allocate("clip", "b")

    assert rows.owners["clip", 0] is rows.owners["clip", 1]
    assert rows.owners["clip", 1] is not rows.owners["clip", 2]


def test_kept_rows_keep_their_owner_and_are_not_allocated() -> None:
    rows = RowAllocator({"clip": 4}, running(0, 1))
    rows.keep("clip", 0, 2)

    assert rows.owners["clip", 1] == "owner 1"
    assert rows.allocate("clip", "new") == 2


def test_rows_that_are_held_or_still_heard_are_not_reused() -> None:
    rows = RowAllocator({"clip": 5}, running(0, 1, 2, held={0}, ringing={1}))

    assert rows.allocate("clip", "a") == 2
    assert rows.allocate("clip", "b") == 3


def test_a_row_that_does_not_suit_is_passed_over() -> None:
    rows = RowAllocator({"instrument": 4})

    assert rows.allocate("instrument", "a", suits=lambda index: index % 2 == 1) == 1


def test_without_free_rows_the_error_says_what_they_were_wanted_for() -> None:
    rows = RowAllocator({"clip": 3}, running(1, held={1}))

    with pytest.raises(NoSpareRowsError, match=r"no clip left for layers\.drums"):
        rows.allocate("clip", "layers.drums", 2)
