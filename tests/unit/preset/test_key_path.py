from __future__ import annotations

import pytest

from adaptive.preset.key_path import show_path, show_value


def test_entries_of_lists_count_from_one() -> None:
    assert show_path(("select", 0, "when")) == "select[1].when"
    assert show_path(("layers", "pad", "level_db", "points", 1, 0)) == "layers.pad.level_db.points[2][1]"


def test_a_key_that_is_no_plain_one_has_quotes() -> None:
    assert show_path(("layers", "a b", "stem")) == 'layers."a b".stem'


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", '"a"'), (True, "true"), (1.5, "1.5"), ([1, 2], "a list of 2"), ({}, "a table"),
     (2**80, "a very large number")],
)  # fmt: skip
def test_a_value_is_described_in_a_few_words(value: object, expected: str) -> None:
    assert show_value(value) == expected
