from __future__ import annotations

import pytest

from adaptive.preset.expression import parse
from adaptive.preset.hysteresis import Latches, margin, slack_of
from adaptive.preset.tree import Comparison

WIDTHS = {"x": 0.1, "y": 0.02}


def comparison(text: str) -> Comparison:
    node = parse(text).root
    assert isinstance(node, Comparison)
    return node


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("x > 1", 0.1), ("x + y > 1", 0.12), ("2 * x > 1", 0.2), ("x / 4 > 1", 0.025), ("-x > 1", 0.1),
        ("mean(x, y) > 1", 0.06), ("max(x, y) > 1", 0.1), ("x * y > 1", 0.0), ("3 > 1", 0.0),
    ],
)  # fmt: skip
def test_the_width_of_a_side_follows_from_its_parameters(text: str, width: float) -> None:
    assert margin(comparison(text).left, WIDTHS.__getitem__) == pytest.approx(width)


@pytest.mark.parametrize(
    ("text", "slack"), [("x > 1", -0.1), ("x >= y", -0.12), ("x < 1", 0.1), ("1 <= x", 0.1), ("x == 1", 0.0)]
)
def test_the_slack_points_away_from_the_threshold(text: str, slack: float) -> None:
    assert slack_of(comparison(text), WIDTHS.__getitem__) == pytest.approx(slack)


def test_nothing_was_true_before_the_first_evaluation() -> None:
    latches = Latches()
    latches.put(3, is_true=True)

    assert (latches.was_true(3), latches.was_true(2)) == (True, False)
    latches.clear()
    assert not latches.was_true(3)
