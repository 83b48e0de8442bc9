from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.errors import ExpressionError
from adaptive.preset.expression import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    Logic,
    Number,
    evaluate,
    parse,
)
from tests.unit.preset.scopes import DictScope


def test_names_are_the_parameters_and_states_read() -> None:
    expression = parse("max(a, b) > 0.5 and place == 'road' or stale(c) or bars_in_section > 2")

    assert {"a", "b", "c", "place"} == expression.names


def test_an_expression_keeps_its_text() -> None:
    assert parse(" a > 1 ").text == " a > 1 "


def test_a_negative_number_is_a_number() -> None:
    assert Number(-3.0) == parse("-3").root


def test_the_same_word_repeated_makes_one_node() -> None:
    root = parse("a > 1 and b > 1 and c > 1").root

    assert isinstance(root, Logic)
    assert len(root.operands) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "at column 1, expected a number, a name, a string or `(`, found the end"),
        ("x >", "at column 4, expected a number, a name, a string or `(`, found the end"),
        ("x > > 1", "at column 5, expected a number, a name, a string or `(`, found `>`"),
        ("x 1", "at column 3, expected an operator such as `>`, `+` or `and`, found `1`"),
        ("2x", "at column 2, expected an operator such as `>`, `+` or `and`, found `x`"),
        ("x)", "at column 2, there is no `(` for this `)`"),
        ("(x", "at column 3, expected `)` to close the `(` of column 1, found the end"),
        ("a < b < c", "at column 7, comparisons do not chain; write `a < x and x < b`"),
        ("a = b", "at column 3, `=` is not an operator here; write `==`"),
        ("a && b", "at column 3, `&&` is not an operator here; write `and`"),
        ("a => b", "at column 3, `=>` is not an operator here; write `>=`"),
        ("a ** 2", "at column 3, `**` is not an operator here; there are `+`, `-`, `*` and `/`"),
        ("avg(a, b)", "at column 1, `avg` is not a function; did you mean `mean`?"),
        ("maximum(a, b)", "at column 1, `maximum` is not a function; did you mean `max`?"),
        (
            "sqrt(a)",
            "at column 1, `sqrt` is not a function; there are `min`, `max`, `mean`, `abs`, `age`, `stale` and"
            " `healthy`",
        ),
        ("max > 1", "at column 1, `max` is a function; write `max(x)`"),
        ("max(a)", "at column 1, `max` takes two arguments or more, got 1"),
        ("abs(a, b)", "at column 1, `abs` takes one argument, got 2"),
        ("age(1)", "at column 1, `age` takes the name of a parameter and nothing else"),
        ("Threat > 1", "at column 1, `Threat`: names are lower case; write `threat`"),
        ("_x > 1", "at column 1, `_x`: names begin with a letter; write `x`"),
        ("a AND b", "at column 3, expected an operator such as `>`, `+` or `and`, found `AND`"),
        ("a == 'b", "at column 6, the string has no closing '"),
        ("a > é", "at column 5, `é` is not part of an expression; names are a-z, 0-9 and `_`"),
        ("1e99", "at column 1, `1e99` is too large; the largest number is 3.4e+38"),
        (
            "1 + not a",
            "at column 5, `not` binds loosely; put it and its condition in parentheses",
        ),
        ("a.b", "at column 2, `.` is not part of an expression; names are a-z, 0-9 and `_`"),
    ],
)
def test_an_error_gives_the_column_and_what_is_valid_there(text: str, expected: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)

    assert expected == str(caught.value)


def test_text_and_depth_have_limits() -> None:
    spaces = " " * (MAX_CHARACTERS - 1)

    assert Number(1.0) == parse("1" + spaces).root
    with pytest.raises(ExpressionError, match="1001 characters"):
        parse("11" + spaces)
    assert Number(1.0) == parse("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH).root
    for deep in ("(" * 33 + "1" + ")" * 33, "-" * 900 + "x", "not " * 200 + "x", "abs(" * 200):
        with pytest.raises(ExpressionError, match="deeper than 32"):
            parse(deep)


def test_a_long_sum_nests_and_a_long_chain_of_conditions_does_not() -> None:
    with pytest.raises(ExpressionError, match="deeper than 32"):
        parse(" + ".join("x" * 33))

    assert len(parse(" or ".join(["x > 1"] * 100)).text) == 896


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_parses_or_is_refused_in_one_sentence(text: str) -> None:
    sentence = ""
    try:
        parse(text)
    except ExpressionError as error:
        sentence = str(error)

    assert "\n" not in sentence


PIECES = [
    *("x", "y", "12", "0.5", "'road'", "(", ")", ",", "+", "-", "*", "/", "<", ">=", "==", "!="),
    *("and", "or", "not", "min(", "max(", "mean(", "abs(", "age(", "stale(", "bars_in_section"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
@settings(deadline=None)
def test_any_sequence_of_tokens_parses_or_is_refused_and_what_parses_evaluates(pieces: list[str]) -> None:
    scope = DictScope({"x": 1.0, "y": -2.0, "road": 0.0}, {"x": 1.0, "y": 2.0})
    try:
        expression = parse(" ".join(pieces))
    except ExpressionError:
        return

    assert isinstance(evaluate(expression, scope), float | bool | str)
