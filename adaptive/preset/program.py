"""Compiles derived parameters into programs for the kernel's stack machine.

`compile_program` turns the `value` of a derived parameter into reverse Polish notation, which the kernel
evaluates in float32 (`adaptive.kernel.parameters`).  `run_program` is a plain Python version that tests
compare with the kernel.  A program computes with numbers only: conditions are 0 and 1, division by zero
gives 0, and results beyond the range of float32 are clamped to it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum

from adaptive.errors import ExpressionError
from adaptive.preset.tree import (
    LARGEST,
    BarsInSection,
    Binary,
    Call,
    Comparison,
    Expression,
    Logic,
    Node,
    Number,
    Reference,
    Text,
    Unary,
)

# The space that the kernel reserves for the program and the stack of each derived parameter.
MAX_INSTRUCTIONS = 64
MAX_STACK = 16


class Opcode(IntEnum):
    """Instructions of the stack machine.

    The first four and `HEALTHY` push a number.  `ABSOLUTE`, `NEGATE` and `NOT` replace the top of the
    stack.  All others pop two numbers, the right operand first, and push the result.
    """

    CONSTANT = 0
    LOAD = 1
    AGE = 2
    STALE = 3
    ADD = 4
    SUBTRACT = 5
    MULTIPLY = 6
    DIVIDE = 7
    MINIMUM = 8
    MAXIMUM = 9
    ABSOLUTE = 10
    NEGATE = 11
    LESS = 12
    LESS_EQUAL = 13
    GREATER = 14
    GREATER_EQUAL = 15
    EQUAL = 16
    NOT_EQUAL = 17
    AND = 18
    OR = 19
    NOT = 20
    HEALTHY = 21


Program = list[tuple[int, float]]

_PUSH = frozenset({Opcode.CONSTANT, Opcode.LOAD, Opcode.AGE, Opcode.STALE, Opcode.HEALTHY})
_REPLACE = frozenset({Opcode.ABSOLUTE, Opcode.NEGATE, Opcode.NOT})
_OPERATORS = {
    "+": Opcode.ADD,
    "-": Opcode.SUBTRACT,
    "*": Opcode.MULTIPLY,
    "/": Opcode.DIVIDE,
    "<": Opcode.LESS,
    "<=": Opcode.LESS_EQUAL,
    ">": Opcode.GREATER,
    ">=": Opcode.GREATER_EQUAL,
    "==": Opcode.EQUAL,
    "!=": Opcode.NOT_EQUAL,
    "and": Opcode.AND,
    "or": Opcode.OR,
    "min": Opcode.MINIMUM,
    "max": Opcode.MAXIMUM,
    "mean": Opcode.ADD,
    "age": Opcode.AGE,
    "stale": Opcode.STALE,
    "healthy": Opcode.HEALTHY,
}


def compile_program(expression: Expression, index_of: Mapping[str, int]) -> Program:
    """Compile the `value` of a derived parameter.

    Parameters
    ----------
    expression : Expression
        What `parse` returned.
    index_of : mapping of str to int
        The slot of each parameter.

    Returns
    -------
    list of (int, float)
        Opcode and operand: the number for `CONSTANT`, the slot for `LOAD`, `AGE`, `STALE` and `HEALTHY`, 0
        for the others.

    Raises
    ------
    ExpressionError
        If the expression reads anything but parameters, needs more than `MAX_INSTRUCTIONS` instructions or
        more than `MAX_STACK` numbers on the stack.

    Notes
    -----
    Functions of n arguments become n - 1 binary operations; ``mean`` is the sum times ``1 / n``.
    """
    program: Program = []
    _emit(expression.root, index_of, program)
    if len(program) > MAX_INSTRUCTIONS:
        raise ExpressionError(
            f"is too long: it takes {len(program)} steps, a `value` may take {MAX_INSTRUCTIONS}; "
            "split it into several parameters"
        )
    if _deepest(program) > MAX_STACK:
        raise ExpressionError(
            f"holds more than {MAX_STACK} numbers at once; "
            "write the nested part first, or split it into several parameters"
        )
    return program


def _emit(node: Node, index_of: Mapping[str, int], program: Program) -> None:
    match node:
        case Number(value):
            program.append((Opcode.CONSTANT, value))
        case Reference(name):
            program.append((Opcode.LOAD, _slot(name, index_of)))
        case Call("age" | "stale" | "healthy" as function, (Reference(name),)):
            program.append((_OPERATORS[function], _slot(name, index_of)))
        case Call(function, arguments):
            _emit_call(function, arguments, index_of, program)
        case Unary(operator, operand):
            _emit(operand, index_of, program)
            program.append((Opcode.NEGATE if operator == "-" else Opcode.NOT, 0.0))
        case Binary(operator, left, right) | Comparison(operator, left, right, _):
            _emit_chain(operator, (left, right), index_of, program)
        case Logic(operator, operands):
            _emit_chain(operator, operands, index_of, program)
        case Text(value):
            raise ExpressionError(f"'{value}' is a string; a `value` reads parameters only")
        case BarsInSection():
            raise ExpressionError("`bars_in_section` belongs in a `when`, not in a `value`")


def _emit_chain(
    operator: str, operands: Sequence[Node], index_of: Mapping[str, int], program: Program
) -> None:
    _emit(operands[0], index_of, program)
    for operand in operands[1:]:
        _emit(operand, index_of, program)
        program.append((_OPERATORS[operator], 0.0))


def _emit_call(
    function: str, arguments: Sequence[Node], index_of: Mapping[str, int], program: Program
) -> None:
    if function == "abs":
        _emit(arguments[0], index_of, program)
        program.append((Opcode.ABSOLUTE, 0.0))
        return
    _emit_chain(function, arguments, index_of, program)
    if function == "mean":
        program.append((Opcode.CONSTANT, 1.0 / len(arguments)))
        program.append((Opcode.MULTIPLY, 0.0))


def _slot(name: str, index_of: Mapping[str, int]) -> float:
    if name not in index_of:
        raise ExpressionError(f"`{name}` is not a parameter; a `value` reads parameters only")
    return float(index_of[name])


def _deepest(program: Program) -> int:
    depth = deepest = 0
    for opcode, _ in program:
        if opcode in _PUSH:
            depth += 1
        elif opcode not in _REPLACE:
            depth -= 1
        deepest = max(deepest, depth)
    return deepest


def run_program(
    program: Sequence[tuple[int, float]],
    values: Sequence[float],
    ages: Sequence[float],
    stale: Sequence[bool],
    healthy: Sequence[bool] | None = None,
) -> float:
    """Evaluate a program as the kernel does, rounding each result to float32.

    Parameters
    ----------
    program : sequence of (int, float)
        What `compile_program` returned.
    values, ages, stale : sequence
        The value of each parameter, the seconds since it was received, and whether it is stale, by slot.
    healthy : sequence of bool, optional
        Whether each is healthy; left out: what is not stale is.
    """
    stack: list[float] = []
    healthy = [not one for one in stale] if healthy is None else healthy
    for opcode, operand in program:
        if opcode == Opcode.HEALTHY:
            stack.append(float(healthy[int(operand)]))
        elif opcode in _PUSH:
            stack.append(_round(_pushed(opcode, operand, values, ages, stale)))
        elif opcode in _REPLACE:
            stack.append(_replaced(opcode, stack.pop()))
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(_round(_combined(opcode, left, right)))
    return stack.pop()


def _round(value: float) -> float:
    """Clamp to the range of float32 and round to it."""
    held = min(max(value, -LARGEST), LARGEST)
    return float(struct.unpack("f", struct.pack("f", held))[0])


def _pushed(
    opcode: int,
    operand: float,
    values: Sequence[float],
    ages: Sequence[float],
    stale: Sequence[bool],
) -> float:
    match opcode:
        case Opcode.CONSTANT:
            return operand
        case Opcode.LOAD:
            return float(values[int(operand)])
        case Opcode.AGE:
            return float(ages[int(operand)])
        case _:
            return float(stale[int(operand)])


def _replaced(opcode: int, top: float) -> float:
    match opcode:
        case Opcode.ABSOLUTE:
            return abs(top)
        case Opcode.NEGATE:
            return -top
        case _:
            return float(top == 0.0)


def _combined(opcode: int, left: float, right: float) -> float:
    match opcode:
        case Opcode.ADD:
            return left + right
        case Opcode.SUBTRACT:
            return left - right
        case Opcode.MULTIPLY:
            return left * right
        case Opcode.DIVIDE:
            return left / right if right else 0.0
        case Opcode.MINIMUM:
            return min(left, right)
        case Opcode.MAXIMUM:
            return max(left, right)
        case _:
            return float(_is_true(opcode, left, right))


def _is_true(opcode: int, left: float, right: float) -> bool:
    match opcode:
        case Opcode.LESS:
            return left < right
        case Opcode.LESS_EQUAL:
            return left <= right
        case Opcode.GREATER:
            return left > right
        case Opcode.GREATER_EQUAL:
            return left >= right
        case Opcode.EQUAL:
            return left == right
        case Opcode.NOT_EQUAL:
            return left != right
        case Opcode.AND:
            return left != 0.0 and right != 0.0
        case _:
            return left != 0.0 or right != 0.0
