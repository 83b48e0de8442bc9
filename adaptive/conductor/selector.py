"""Selects the section that should play: the first `[[select]]` line whose condition is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from adaptive.conductor.step_values import StepValues
from adaptive.preset.expression import Expression, Latches, bind
from adaptive.preset.model import Preset


@dataclass(frozen=True, slots=True)
class Choice:
    """The selected section; `explain` builds the reason only when somebody asks for it."""

    section: str
    is_urgent: bool
    explain: Callable[[], str]

    @property
    def reason(self) -> str:
        """The line, its condition, and the values that the condition read."""
        return self.explain()


class Selector:
    """Evaluates the `[[select]]` lines and keeps the latches that hysteresis needs, one set for each line.

    As long as nothing changes that a condition reads, the last choice is returned without evaluation.

    Parameters
    ----------
    preset : Preset
        Has the lines and their compiled conditions.
    """

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._conditions: list[Callable[[], object] | None] | None = None
        self._latches = [Latches() for _ in preset.select]
        texts = " ".join(condition.text for condition in preset.when.values())
        self._reads_time = "age" in texts or "bars_in_section" in texts
        self._seen: object = None
        self._last: Choice | None = None

    def take_over(self, before: Selector) -> None:
        """Keep the latches of lines whose number and condition are unchanged: hysteresis continues."""
        for number, condition in self._preset.when.items():
            other = before._preset.when.get(number)
            if other is not None and other.text == condition.text:
                self._latches[number] = before._latches[number]

    def choose(self, values: StepValues) -> Choice:
        """Section of the first true line; the preset's default section if none is true."""
        seen = values.signature()
        if self._last is not None and seen == self._seen and not self._reads_time:
            return self._last
        self._seen = seen
        if self._conditions is None:
            self._conditions = [self._bind(number, values) for number in range(len(self._preset.select))]
        chosen: Choice | None = None
        for number, condition in enumerate(self._conditions):
            # every line is evaluated, not only up to the first true one: its latches must be current
            is_true = condition is None or bool(condition())
            if is_true and chosen is None:
                line = self._preset.select[number]
                explain = partial(_explain, number, self._preset.when.get(number), values)
                chosen = Choice(line.section, line.urgent, explain)
        self._last = chosen or Choice(self._preset.default_section, False, _nothing_true)
        return self._last

    def _bind(self, number: int, values: StepValues) -> Callable[[], object] | None:
        condition = self._preset.when.get(number)
        return None if condition is None else bind(condition, values, self._latches[number])


def _nothing_true() -> str:
    return "no line of select is true: the default"


def _explain(number: int, condition: Expression | None, values: StepValues) -> str:
    if condition is None:
        return f"select[{number}]: {'no line above it is true' if number else 'it has no `when`'}"
    terms = []
    for name in sorted(condition.names):
        value = values.value(name)
        shown = f"{value:.3f}" if isinstance(value, float) else value
        terms.append(f"{name} = {shown}")
    return f"select[{number}]: {condition.text} ({', '.join(terms)})"
