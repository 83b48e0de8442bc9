from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.errors import ExpressionError
from adaptive.preset.expression import (
    LARGEST,
    MAX_CHARACTERS,
    MAX_DEPTH,
    Latches,
    Logic,
    Number,
    Opcode,
    compile_program,
    evaluate,
    parse,
    run_program,
)
from adaptive.preset.program import MAX_INSTRUCTIONS, MAX_STACK


@dataclass
class Moment:
    """A scope made of dictionaries."""

    values: dict[str, float | str] = field(default_factory=dict)
    ages: dict[str, float] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    widths: dict[str, float] = field(default_factory=dict)
    bars_in_section: float = 0.0

    def value(self, name: str) -> float | str:
        return self.values[name]

    def age(self, name: str) -> float:
        return self.ages[name]

    def is_stale(self, name: str) -> bool:
        return name in self.silent

    def hysteresis(self, name: str) -> float:
        return self.widths.get(name, 0.0)


def valued(text: str, **values: float | str) -> float | bool | str:
    return evaluate(parse(text), Moment(dict(values)))


def history(text: str, values: list[float], width: float = 0.1) -> list[bool]:
    """What a condition over `x` says, value after value, with one memory."""
    expression, latches, moment = parse(text), Latches(), Moment(widths={"x": width})
    said = []
    for value in values:
        moment.values["x"] = value
        said.append(bool(evaluate(expression, moment, latches)))
    return said


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
    assert expected == valued(text)


def test_a_name_is_the_value_of_a_parameter_or_a_state() -> None:
    assert valued("threat", threat=0.25) == 0.25
    assert valued("place", place="road") == "road"


def test_a_state_is_equal_to_one_of_its_values_and_has_no_order() -> None:
    assert valued("place == 'shelter'", place="shelter") is True
    assert valued('place != "shelter"', place="shelter") is False
    assert valued("'road' == place", place="shelter") is False
    assert valued("place > 'a'", place="shelter") is False


def test_age_and_stale_ask_about_the_name_and_not_its_value() -> None:
    moment = Moment({"pulse": 70.0}, {"pulse": 12.0}, frozenset({"pulse"}))

    assert evaluate(parse("age(pulse) / 2"), moment) == 6.0
    assert evaluate(parse("stale(pulse)"), moment) is True


def test_bars_in_section_counts_bars() -> None:
    assert evaluate(parse("bars_in_section >= 8"), Moment(bars_in_section=8.0)) is True


def test_division_by_zero_is_zero() -> None:
    assert valued("1 / 0") == 0.0
    assert valued("x / (x - x)", x=3.0) == 0.0


def test_results_are_finite_whatever_comes_in() -> None:
    assert valued("x * x", x=1e300) == LARGEST
    assert valued("-x * x", x=1e300) == -LARGEST
    assert valued("x - x", x=float("inf")) == 0.0
    assert valued("x", x=float("nan")) == 0.0


def test_names_are_the_parameters_and_states_read() -> None:
    expression = parse("max(a, b) > 0.5 and place == 'road' or stale(c) or bars_in_section > 2")

    assert {"a", "b", "c", "place"} == expression.names


def test_an_expression_keeps_its_text() -> None:
    assert parse(" a > 1 ").text == " a > 1 "


def test_a_negative_number_is_a_number() -> None:
    assert Number(-3.0) == parse("-3").root


def test_a_row_of_the_same_word_is_one_node() -> None:
    root = parse("a > 1 and b > 1 and c > 1").root

    assert isinstance(root, Logic)
    assert len(root.operands) == 3


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
    evaluate(expression, Moment({"x": 0.7, "on": 1.0}), latches)

    assert evaluate(expression, Moment({"x": 0.55, "on": 0.0}, widths={"x": 0.1}), latches) is True


def test_each_owner_of_latches_has_its_own_memory() -> None:
    expression, one, other = parse("x > 0.6"), Latches(), Latches()
    evaluate(expression, Moment({"x": 0.7}), one)
    later = Moment({"x": 0.55}, widths={"x": 0.1})

    assert evaluate(expression, later, one) is True
    assert evaluate(expression, later, other) is False


def test_cleared_latches_forget() -> None:
    expression, latches = parse("x > 0.6"), Latches()
    evaluate(expression, Moment({"x": 0.7}), latches)
    latches.clear()

    assert evaluate(expression, Moment({"x": 0.55}, widths={"x": 0.1}), latches) is False


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
            "at column 1, `sqrt` is not a function; there are `min`, `max`, `mean`, `abs`, `age` and `stale`",
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
def test_a_mistake_is_named_with_its_column_and_what_is_legal(text: str, expected: str) -> None:
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


def test_a_long_sum_nests_and_a_long_row_of_conditions_does_not() -> None:
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
def test_any_row_of_words_parses_or_is_refused_and_what_parses_evaluates(pieces: list[str]) -> None:
    moment = Moment({"x": 1.0, "y": -2.0, "road": 0.0}, {"x": 1.0, "y": 2.0})
    try:
        expression = parse(" ".join(pieces))
    except ExpressionError:
        return

    assert isinstance(evaluate(expression, moment), float | bool | str)


def opcodes(text: str) -> list[tuple[Opcode, float]]:
    program = compile_program(parse(text), {"a": 0, "b": 1, "c": 2})
    return [(Opcode(opcode), operand) for opcode, operand in program]


def test_a_program_is_reverse_polish() -> None:
    expected = [
        (Opcode.LOAD, 0.0),
        (Opcode.LOAD, 1.0),
        (Opcode.CONSTANT, 2.0),
        (Opcode.MULTIPLY, 0.0),
        (Opcode.SUBTRACT, 0.0),
    ]

    assert expected == opcodes("a - b * 2")


def test_many_arguments_become_a_chain_and_a_mean_a_sum_times_a_constant() -> None:
    expected = [
        (Opcode.LOAD, 0.0),
        (Opcode.LOAD, 1.0),
        (Opcode.ADD, 0.0),
        (Opcode.LOAD, 2.0),
        (Opcode.ADD, 0.0),
        (Opcode.CONSTANT, 1.0 / 3.0),
        (Opcode.MULTIPLY, 0.0),
    ]

    assert expected == opcodes("mean(a, b, c)")


def test_the_opcodes_are_numbered_without_gaps() -> None:
    assert list(range(21)) == [int(opcode) for opcode in Opcode]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > 'road'", "'road' is a string; a `value` reads parameters only"),
        ("place + 1", "`place` is not a parameter; a `value` reads parameters only"),
        ("age(place)", "`place` is not a parameter; a `value` reads parameters only"),
        ("bars_in_section / 8", "`bars_in_section` belongs in a `when`, not in a `value`"),
    ],
)
def test_a_program_reads_parameters_only(text: str, expected: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        opcodes(text)

    assert expected == str(caught.value)


def test_a_program_has_no_more_steps_than_the_audio_side_reserves() -> None:
    fits = "max(" + ", ".join("a" * 32) + ")"

    assert len(opcodes(fits)) == MAX_INSTRUCTIONS - 1
    with pytest.raises(ExpressionError, match="takes 65 steps"):
        opcodes("max(" + ", ".join("a" * 33) + ")")


def test_a_program_stacks_no_more_than_the_audio_side_reserves() -> None:
    def nested(depth: int) -> str:
        return "a - (" * (depth - 1) + "a" + ")" * (depth - 1)

    assert len(opcodes(nested(MAX_STACK))) == 2 * MAX_STACK - 1
    with pytest.raises(ExpressionError, match="more than 16 numbers at once"):
        opcodes(nested(MAX_STACK + 1))


def test_a_program_computes_in_float32_within_its_range() -> None:
    third = compile_program(parse("1 / 3"), {})
    huge = compile_program(parse("a * a"), {"a": 0})

    assert run_program(third, [], [], []) == 0.3333333432674408
    assert run_program(huge, [1e30], [0.0], [False]) == LARGEST


SLOTS = {"a": 0, "b": 1, "c": 2}
# Small whole numbers and halves: float32 holds every intermediate result of a short expression.
LEAVES = st.sampled_from(
    ["a", "b", "c", "0", "1", "2", "3", "0.5", "age(a)", "age(c)", "stale(a)", "stale(b)"]
)
INFIX = ["+", "-", "*", "<", "<=", ">", ">=", "==", "!=", "and", "or"]


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(INFIX), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "mean"]), inner, inner),
        st.builds(str.format, st.sampled_from(["abs({})", "-{}", "(not {})"]), inner),
        st.builds("({} / {})".format, inner, st.sampled_from(["2", "4", "0"])),
    )


NUMERIC = st.recursive(LEAVES, _grown, max_leaves=8)
NUMBERS = st.lists(st.integers(-4, 4).map(float), min_size=3, max_size=3)


@given(NUMERIC, NUMBERS, NUMBERS, st.lists(st.booleans(), min_size=3, max_size=3))
@settings(deadline=None, max_examples=300)
def test_a_program_gives_what_evaluation_gives(
    text: str, values: list[float], ages: list[float], stale: list[bool]
) -> None:
    expression = parse(text)
    moment = Moment(
        dict(zip(SLOTS, values, strict=True)),
        dict(zip(SLOTS, ages, strict=True)),
        frozenset(name for name, is_stale in zip(SLOTS, stale, strict=True) if is_stale),
    )
    program = compile_program(expression, SLOTS)

    assert float(evaluate(expression, moment)) == run_program(program, values, ages, stale)


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
@settings(deadline=None)
def test_a_mean_lies_between_the_least_and_the_greatest(values: list[float]) -> None:
    slots = dict(zip("abcd", range(4), strict=True))
    program = compile_program(parse("mean(a, b, c, d)"), slots)
    mean = run_program(program, values, [0.0] * 4, [False] * 4)
    room = 1e-6 * max(1.0, *(abs(value) for value in values)) * 4

    assert min(values) - room <= mean <= max(values) + room


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
