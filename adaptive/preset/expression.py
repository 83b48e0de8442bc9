"""Expressions of `when` and `value`: parse them, evaluate them, compile them.

This is the module to import.  The tree is in `tree`, its grammar in `syntax`, the stack machine
in `program`.

An expression is immutable; the memory that hysteresis needs lives in `Latches`, one for each rule
that evaluates it.  Evaluation never raises: division by zero gives 0, and every result is finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from adaptive.preset.program import Opcode, compile_program, run_program
from adaptive.preset.syntax import MAX_CHARACTERS, MAX_DEPTH, parse
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

__all__ = [
    "LARGEST",
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "BarsInSection",
    "Binary",
    "Call",
    "Comparison",
    "Expression",
    "Latches",
    "Logic",
    "Node",
    "Number",
    "Opcode",
    "Reference",
    "Scope",
    "Text",
    "Unary",
    "Value",
    "compile_program",
    "evaluate",
    "margin",
    "parse",
    "run_program",
]

Value = float | bool | str


class Scope(Protocol):
    """What an expression can see of the moment."""

    @property
    def bars_in_section(self) -> float:
        """Bars since the present section began."""

    def value(self, name: str) -> float | str:
        """Return the smoothed value of a parameter, or the present value of a state."""

    def age(self, name: str) -> float:
        """Return the seconds since a parameter was last heard."""

    def is_stale(self, name: str) -> bool:
        """Tell whether a parameter has been silent for longer than it may."""

    def hysteresis(self, name: str) -> float:
        """Return the hysteresis of a parameter, 0 for anything else."""


class Latches:
    """Which comparisons of one expression were true last time.

    Whoever evaluates a rule owns one and hands it to each evaluation of that rule.
    """

    __slots__ = ("_were_true",)

    def __init__(self) -> None:
        self._were_true: dict[int, bool] = {}

    def was_true(self, index: int) -> bool:
        """Tell whether the comparison held at the last evaluation."""
        return self._were_true.get(index, False)

    def put(self, index: int, is_true: bool) -> None:
        """Remember whether the comparison holds now."""
        self._were_true[index] = is_true

    def clear(self) -> None:
        """Forget everything: the next evaluation is a first one."""
        self._were_true.clear()


def evaluate(expression: Expression, scope: Scope, latches: Latches | None = None) -> Value:
    """Evaluate an expression.

    Parameters
    ----------
    expression : Expression
        What `parse` returned.
    scope : Scope
        The values of the moment.
    latches : Latches, optional
        The memory of this rule; without it every evaluation is a first one.

    Returns
    -------
    float, bool or str
        A finite number, a condition, or the text of a state.

    Notes
    -----
    ``x > a`` and ``x >= a``, once true, turn false only below ``a - h``; ``x < a`` and ``x <= a``
    only above ``a + h``.  `margin` says what h is where a side is more than a bare name.  Every
    operand is evaluated every time, also where ``and`` or ``or`` could stop early: otherwise the
    memory of a comparison, and so the music, would depend on the order of the terms.
    """
    return _Evaluation(scope, latches or Latches()).value(expression.root)


def margin(node: Node, hysteresis: Callable[[str], float]) -> float:
    """Return the hysteresis of one side of a comparison, in the unit of that side.

    Notes
    -----
    It is how far the side moves when each parameter in it moves by its own hysteresis: sums add
    them, a constant factor scales them, ``mean`` averages them, ``min`` and ``max`` take the
    largest.  Where two things that move are multiplied or divided there is no such width: 0.
    """
    match node:
        case Reference(name):
            return hysteresis(name)
        case Unary("-", operand) | Call("abs", (operand,)):
            return margin(operand, hysteresis)
        case Binary("+" | "-", left, right):
            return margin(left, hysteresis) + margin(right, hysteresis)
        case Binary("*", Number(factor), moving) | Binary("*", moving, Number(factor)):
            return abs(factor) * margin(moving, hysteresis)
        case Binary("/", moving, Number(divisor)) if divisor:
            return margin(moving, hysteresis) / abs(divisor)
        case Call("mean", arguments):
            return sum(margin(part, hysteresis) for part in arguments) / len(arguments)
        case Call("min" | "max", arguments):
            return max(margin(part, hysteresis) for part in arguments)
        case _:
            return 0.0


class _Evaluation:
    """One evaluation: the scope and the memory, carried through the tree."""

    def __init__(self, scope: Scope, latches: Latches) -> None:
        self._scope = scope
        self._latches = latches

    def value(self, node: Node) -> Value:
        match node:
            case Number(value):
                return value
            case Text(text):
                return text
            case Reference(name):
                now = self._scope.value(name)
                return now if isinstance(now, str) else _finite(now)
            case BarsInSection():
                return _finite(self._scope.bars_in_section)
            case Unary("not", operand):
                return not self._number(operand)
            case Unary(_, operand):
                return -self._number(operand)
            case Binary(operator, left, right):
                return _calculate(operator, self._number(left), self._number(right))
            case Call():
                return self._call(node)
            case _:
                return self._condition(node)

    def _condition(self, node: Comparison | Logic) -> bool:
        if isinstance(node, Comparison):
            return self._compare(node)
        truths = [self._number(operand) != 0.0 for operand in node.operands]
        return all(truths) if node.operator == "and" else any(truths)

    def _number(self, node: Node) -> float:
        """Return a node's value as a number: conditions are 0 or 1, and so is no text."""
        value = self.value(node)
        return 0.0 if isinstance(value, str) else float(value)

    def _call(self, node: Call) -> float | bool:
        first = node.arguments[0]
        if node.function == "age" and isinstance(first, Reference):
            return _finite(self._scope.age(first.name))
        if node.function == "stale" and isinstance(first, Reference):
            return bool(self._scope.is_stale(first.name))
        numbers = [self._number(argument) for argument in node.arguments]
        match node.function:
            case "min":
                return min(numbers)
            case "max":
                return max(numbers)
            case "mean":
                return _finite(math.fsum(numbers) / len(numbers))
            case _:
                return abs(numbers[0])

    def _compare(self, node: Comparison) -> bool:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, str) or isinstance(right, str):
            is_true = _compare_texts(node.operator, left, right)
        else:
            is_true = _compare_numbers(node.operator, left, right)
            if not is_true and self._latches.was_true(node.index):
                is_true = self._is_held(node, left, right)
        self._latches.put(node.index, is_true)
        return is_true

    def _is_held(self, node: Comparison, left: float, right: float) -> bool:
        """Tell whether hysteresis keeps a comparison true that no longer holds by itself."""
        hold = self._scope.hysteresis
        width = margin(node.left, hold) + margin(node.right, hold)
        if width <= 0.0:
            return False
        if node.operator in (">", ">="):
            return left >= right - width
        return node.operator in ("<", "<=") and left <= right + width


def _finite(value: float) -> float:
    """Return the value, within what float32 can hold; not a number counts as 0."""
    return 0.0 if math.isnan(value) else min(max(float(value), -LARGEST), LARGEST)


def _calculate(operator: str, left: float, right: float) -> float:
    match operator:
        case "+":
            return _finite(left + right)
        case "-":
            return _finite(left - right)
        case "*":
            return _finite(left * right)
        case _:
            return _finite(left / right) if right else 0.0


def _compare_numbers(operator: str, left: float, right: float) -> bool:
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
        case _:
            return left != right


def _compare_texts(operator: str, left: Value, right: Value) -> bool:
    """Compare where at least one side is a text: texts are equal or not, and have no order."""
    if operator == "==":
        return left == right
    return operator == "!=" and left != right
