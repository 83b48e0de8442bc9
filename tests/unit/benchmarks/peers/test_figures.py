from __future__ import annotations

import pytest

from benchmarks.peers import figures


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (0.0123456, "0.0123"), (4.0, "4.00"), (55.91, "55.9"), (287.6, "288"), (1234.0, "1230")],
)
def test_a_figure_has_three_significant_digits(value: float, said: str) -> None:
    assert figures.significant(value) == said


def test_repeats_are_shown_as_the_median_and_the_range() -> None:
    assert figures.spread([3.0, 1.0, 2.0]) == "2.00 (1.00 to 3.00)"
    assert figures.spread([3.0]) == "3.00"
    assert figures.spread([]) == ""


def test_a_ratio_is_taken_pair_by_pair() -> None:
    assert figures.ratios([1.0, 3.0], [2.0, 2.0]) == [0.5, 1.5]


def test_a_quantile_is_one_of_the_values() -> None:
    assert figures.quantile([4.0, 1.0, 3.0, 2.0], 0.5) == 3.0
    assert figures.quantile([1.0, 2.0], 0.99) == 2.0
