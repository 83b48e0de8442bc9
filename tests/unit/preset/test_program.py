from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.errors import ExpressionError
from adaptive.kernel import parameters
from adaptive.preset.expression import (
    LARGEST,
    Opcode,
    compile_program,
    evaluate,
    parse,
    run_program,
)
from adaptive.preset.program import MAX_INSTRUCTIONS, MAX_STACK
from tests.helpers.amounts import amount
from tests.unit.preset.scopes import DictScope


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


def test_the_opcodes_are_those_of_the_kernel_without_gaps() -> None:
    assert list(range(22)) == [int(opcode) for opcode in Opcode]
    assert all(getattr(parameters, opcode.name) == opcode for opcode in Opcode)


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


def test_a_program_has_no_more_instructions_than_the_kernel_reserves() -> None:
    fits = "max(" + ", ".join("a" * 32) + ")"

    assert len(opcodes(fits)) == MAX_INSTRUCTIONS - 1
    with pytest.raises(ExpressionError, match="takes 65 steps"):
        opcodes("max(" + ", ".join("a" * 33) + ")")


def test_a_program_needs_no_deeper_stack_than_the_kernel_reserves() -> None:
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
    ["a", "b", "c", "0", "1", "2", "3", "0.5", "age(a)", "age(c)", "stale(a)", "stale(b)", "healthy(b)"]
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
@settings(deadline=None, max_examples=amount(100, 300))
def test_a_program_gives_what_evaluation_gives(
    text: str, values: list[float], ages: list[float], stale: list[bool]
) -> None:
    expression = parse(text)
    scope = DictScope(
        dict(zip(SLOTS, values, strict=True)),
        dict(zip(SLOTS, ages, strict=True)),
        frozenset(name for name, is_stale in zip(SLOTS, stale, strict=True) if is_stale),
    )
    program = compile_program(expression, SLOTS)

    assert float(evaluate(expression, scope)) == run_program(program, values, ages, stale)


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
@settings(deadline=None)
def test_a_mean_lies_between_the_least_and_the_greatest(values: list[float]) -> None:
    slots = dict(zip("abcd", range(4), strict=True))
    program = compile_program(parse("mean(a, b, c, d)"), slots)
    mean = run_program(program, values, [0.0] * 4, [False] * 4)
    tolerance = 1e-6 * max(1.0, *(abs(value) for value in values)) * 4

    assert min(values) - tolerance <= mean <= max(values) + tolerance
