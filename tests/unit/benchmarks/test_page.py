from __future__ import annotations

from benchmarks.page import page, rounded


def test_a_page_shows_each_part_with_its_commit() -> None:
    results = {"x": [{"a": 1}], "measured": {"x": {"commit": "abc"}}}

    text = page(results, {"x": "The X", "y": "The Y"}, {})

    assert "## The X\n\nMeasured: commit abc.\n\n| a |\n|---|\n| 1 |" in text
    assert "The Y" not in text


def test_numbers_are_kept_to_five_digits_and_counts_whole() -> None:
    assert rounded({"a": [1.23456789, 2], "b": "x"}) == {"a": [1.2346, 2], "b": "x"}
