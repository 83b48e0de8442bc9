"""Hysteresis: a condition that was true stays true until its parameter has fallen well below the threshold.

The width is the `hysteresis` of the parameters; a rule remembers with `Latches` what was true.
"""

from __future__ import annotations

from collections.abc import Callable

from adaptive.preset.tree import Binary, Call, Comparison, Node, Number, Reference, Unary


class Latches:
    """Remembers which comparisons of one expression were true at the last evaluation.

    Each rule has its own, and passes it to every evaluation of its expression.
    """

    __slots__ = ("_were_true",)

    def __init__(self) -> None:
        self._were_true: dict[int, bool] = {}

    def was_true(self, index: int) -> bool:
        """Return whether the comparison was true at the last evaluation."""
        return self._were_true.get(index, False)

    def put(self, index: int, is_true: bool) -> None:
        """Store whether the comparison is true now."""
        self._were_true[index] = is_true

    @property
    def memory(self) -> dict[int, bool]:
        """Comparison to whether it was true: always the same object, for who asks in every control step."""
        return self._were_true

    def copy_from(self, other: Latches) -> None:
        """Remember what another one remembers."""
        self._were_true.clear()
        self._were_true.update(other._were_true)

    def clear(self) -> None:
        """Forget all comparisons, as before the first evaluation."""
        self._were_true.clear()


def margin(node: Node, hysteresis: Callable[[str], float]) -> float:
    """Return the hysteresis of one side of a comparison, in the unit of that side.

    Notes
    -----
    The result is how far the side moves if each of its parameters moves by its own hysteresis: sums and
    differences add them, a constant factor scales them, ``mean`` averages them, ``min`` and ``max`` take the
    largest.  A product or quotient of two terms that both depend on parameters has no constant width and
    gives 0.
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
            return sum(margin(argument, hysteresis) for argument in arguments) / len(arguments)
        case Call("min" | "max", arguments):
            return max(margin(argument, hysteresis) for argument in arguments)
        case _:
            return 0.0


def slack_of(comparison: Comparison, hysteresis: Callable[[str], float]) -> float:
    """Return how far a comparison that was true may turn before it is false.

    It stays true while its left side is within the slack of its right side; 0: there is no hysteresis.
    """
    width = margin(comparison.left, hysteresis) + margin(comparison.right, hysteresis)
    return {">": -width, ">=": -width, "<": width, "<=": width}.get(comparison.operator, 0.0)
