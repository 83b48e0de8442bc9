"""The tables of insert effects in the documentation are those of the descriptors."""

from __future__ import annotations

from tools import insert_tables


def test_the_tables_of_inserts_are_current() -> None:
    assert insert_tables.page() == insert_tables.PAGE.read_text(encoding="utf-8"), (
        "python -m tools.insert_tables refreshes them"
    )
