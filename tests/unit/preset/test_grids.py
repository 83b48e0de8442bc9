from __future__ import annotations

import pytest

from adaptive.preset.grids import describe, longest_wait, spots
from adaptive.preset.schema import Grid


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("immediate", []),
        ("beat", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("bar", [0, 4]),
        ("phrase", [0]),
        ("end", [0]),
        (Grid(every_bars=2, offset_bars=1), [4]),
        (Grid(every_beats=3, offset_beats=0.5), [0.5, 3.5, 6.5]),
    ],
)
def test_a_grid_is_counted_from_bar_1_and_ends_before_the_next_pass(
    where: str | Grid, expected: list[float]
) -> None:
    assert [at for at, _ in spots(where, 8, 4, 2)] == expected


def test_a_marker_grid_has_the_markers_of_its_name_within_the_pass() -> None:
    markers = ((2, "lift"), (5, "turn"), (6, "lift"), (9, "lift"))

    assert spots(Grid(marker="lift"), 8, 4, 2, markers) == ((2.0, "lift"), (6.0, "lift"))
    assert [name for _, name in spots(Grid(marker="any"), 8, 4, 2, markers)] == ["lift", "turn", "lift"]
    assert spots(Grid(marker="gone"), 8, 4, 2, markers) == ()


def test_the_longest_wait_includes_the_one_from_the_last_place_to_the_next_pass() -> None:
    assert longest_wait([(2.0, ""), (3.0, "")], 16) == 15.0
    assert longest_wait([(5.0, "lift")], 16) == 16.0


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("bar", "bar"),
        (Grid(marker="any"), "any marker"),
        (Grid(marker="lift"), "marker lift"),
        (Grid(every_bars=4, offset_bars=1), "every 4 bars + 1 bars"),
        (Grid(every_beats=2, offset_beats=0.5), "every 2 beats + 0.5 beats"),
    ],
)
def test_a_grid_is_described_in_a_few_words(where: str | Grid, expected: str) -> None:
    assert describe(where) == expected
