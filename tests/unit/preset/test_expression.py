from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.preset.expression import (
    LARGEST,
    Latches,
    evaluate,
    parse,
)
from tests.unit.preset.scopes import DictScope, history, value_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("8 - 4 - 2", 2.0),
        ("8 / 4 / 2", 1.0),
        ("-2 * -3", 6.0),
        ("--2", 2.0),
        (".5 + 1.", 1.5),
        ("2.5e2", 250.0),
        ("min(3, 1, 2)", 1.0),
        ("max(3, 1, 2)", 3.0),
        ("mean(3, 1, 2)", 2.0),
        ("abs(1 - 3)", 2.0),
        ("not 1 > 2 and 3 > 2", True),
        ("1 > 2 and 2 > 1 or 2 > 1", True),
        ("1 > 2 and (2 > 1 or 2 > 1)", False),
        ("not (1 < 2 or 1 > 2)", False),
        ("1 <= 1 and 1 >= 1 and 1 == 1 and not 1 != 1", True),
        ("(2 > 1) * 0.5", 0.5),
    ],
)
def test_operators_bind_as_in_arithmetic(text: str, expected: float | bool) -> None:
    assert expected == value_of(text)


def test_a_name_is_the_value_of_a_parameter_or_a_state() -> None:
    assert value_of("threat", threat=0.25) == 0.25
    assert value_of("place", place="road") == "road"


def test_a_state_is_equal_to_one_of_its_values_and_has_no_order() -> None:
    assert value_of("place == 'shelter'", place="shelter") is True
    assert value_of('place != "shelter"', place="shelter") is False
    assert value_of("'road' == place", place="shelter") is False
    assert value_of("place > 'a'", place="shelter") is False


def test_age_and_stale_ask_about_the_name_and_not_its_value() -> None:
    scope = DictScope({"pulse": 70.0}, {"pulse": 12.0}, frozenset({"pulse"}))

    assert evaluate(parse("age(pulse) / 2"), scope) == 6.0
    assert evaluate(parse("stale(pulse)"), scope) is True


def test_bars_in_section_counts_bars() -> None:
    assert evaluate(parse("bars_in_section >= 8"), DictScope(bars_in_section=8.0)) is True


def test_division_by_zero_is_zero() -> None:
    assert value_of("1 / 0") == 0.0
    assert value_of("x / (x - x)", x=3.0) == 0.0


def test_results_are_finite_whatever_comes_in() -> None:
    assert value_of("x * x", x=1e300) == LARGEST
    assert value_of("-x * x", x=1e300) == -LARGEST
    assert value_of("x - x", x=float("inf")) == 0.0
    assert value_of("x", x=float("nan")) == 0.0


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("x > 0.6", [0.6, 0.7, 0.55, 0.5, 0.49, 0.55], [0, 1, 1, 1, 0, 0]),
        ("x >= 0.6", [0.59, 0.6, 0.5, 0.49], [0, 1, 1, 0]),
        ("0.6 < x", [0.6, 0.7, 0.5, 0.49], [0, 1, 1, 0]),
        ("0.6 <= x", [0.6, 0.5, 0.49], [1, 1, 0]),
        ("x < 0.5", [0.5, 0.4, 0.6, 0.61, 0.55], [0, 1, 1, 0, 0]),
        ("x <= 0.5", [0.51, 0.5, 0.6, 0.61], [0, 1, 1, 0]),
        ("0.5 > x", [0.5, 0.4, 0.6, 0.61], [0, 1, 1, 0]),
        ("not x > 0.6", [0.7, 0.55, 0.49], [0, 0, 1]),
        ("x == 0.5", [0.5, 0.45], [1, 0]),
    ],
)
def test_a_comparison_once_true_holds_through_its_hysteresis(
    text: str, values: list[float], expected: list[int]
) -> None:
    assert [bool(one) for one in expected] == history(text, values)


def test_without_hysteresis_a_comparison_has_no_memory() -> None:
    assert history("x > 0.5", [0.5, 0.6, 0.5], width=0.0) == [False, True, False]


@pytest.mark.parametrize(
    ("text", "held", "let_go"),
    [
        ("2 * x > 1.2", 0.51, 0.49),
        ("x * 2 > 1.2", 0.51, 0.49),
        ("x / 2 > 0.3", 0.51, 0.49),
        ("x + x > 1.2", 0.51, 0.49),
        ("x - 1 > -0.4", 0.51, 0.49),
        ("max(x, 0) > 0.6", 0.51, 0.49),
        ("mean(x, x) > 0.6", 0.51, 0.49),
        ("abs(x) > 0.6", 0.51, 0.49),
        ("-x < -0.6", 0.51, 0.49),
    ],
)
def test_hysteresis_is_as_wide_as_the_side_moves_with_its_parameters(
    text: str, held: float, let_go: float
) -> None:
    assert history(text, [0.7, held, let_go]) == [True, True, False]


def test_hysteresis_has_no_width_where_two_moving_things_are_multiplied() -> None:
    assert history("x * x > 0.36", [0.7, 0.59]) == [True, False]


@pytest.mark.parametrize("text", ["x > 0.6 or on > 0", "on > 0 or x > 0.6"])
def test_hysteresis_does_not_depend_on_the_order_of_the_terms(text: str) -> None:
    expression, latches = parse(text), Latches()
    evaluate(expression, DictScope({"x": 0.7, "on": 1.0}), latches)

    assert evaluate(expression, DictScope({"x": 0.55, "on": 0.0}, widths={"x": 0.1}), latches) is True


def test_each_latches_object_has_its_own_memory() -> None:
    expression, one, other = parse("x > 0.6"), Latches(), Latches()
    evaluate(expression, DictScope({"x": 0.7}), one)
    later = DictScope({"x": 0.55}, widths={"x": 0.1})

    assert evaluate(expression, later, one) is True
    assert evaluate(expression, later, other) is False


def test_cleared_latches_forget() -> None:
    expression, latches = parse("x > 0.6"), Latches()
    evaluate(expression, DictScope({"x": 0.7}), latches)
    latches.clear()

    assert evaluate(expression, DictScope({"x": 0.55}, widths={"x": 0.1}), latches) is False


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=40), st.floats(0.0, 0.3))
@settings(deadline=None)
def test_a_held_comparison_changes_only_by_crossing_one_of_its_two_thresholds(
    values: list[float], width: float
) -> None:
    said = history("x > 0.5", values, width)

    for (was, now), value in zip(pairwise(said), values[1:], strict=True):
        assert now or value <= 0.5
        if was and not now:
            assert value < 0.5 - width or width == 0.0
