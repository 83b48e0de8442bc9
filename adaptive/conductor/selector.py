"""Which section should play: the first line that is true, from the top."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.conductor.scope import TickScope
from adaptive.preset.expression import Expression, Latches, evaluate
from adaptive.preset.model import Preset


@dataclass(frozen=True, slots=True)
class Choice:
    """A section that is wanted, and the line that wants it."""

    section: str
    line: int
    is_urgent: bool
    reason: str


class Selector:
    """Evaluates `[[select]]` each tick; holds the memory hysteresis needs, a latch set a line."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._latches = [Latches() for _ in preset.select]

    def choose(self, scope: TickScope) -> Choice:
        """Section of the first true line; every line is evaluated, so that its memory is current."""
        chosen: Choice | None = None
        for number, line in enumerate(self._preset.select):
            condition = self._preset.when.get(number)
            is_true = condition is None or bool(evaluate(condition, scope, self._latches[number]))
            if is_true and chosen is None:
                chosen = Choice(line.section, number, line.urgent, self._explain(number, condition, scope))
        if chosen is None:
            section = self._preset.default_section
            return Choice(section, -1, False, "no line of select is true: the default")
        return chosen

    def _explain(self, number: int, condition: Expression | None, scope: TickScope) -> str:
        if condition is None:
            return f"select[{number}]: otherwise"
        values = []
        for name in sorted(condition.names):
            value = scope.value(name)
            shown = f"{value:.3f}" if isinstance(value, float) else value
            values.append(f"{name} = {shown}")
        return f"select[{number}]: {condition.text} ({', '.join(values)})"
