"""Which section should play: the first line that is true, from the top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from adaptive.conductor.step_values import StepValues
from adaptive.preset.expression import Expression, Latches, bind
from adaptive.preset.model import Preset


@dataclass(frozen=True, slots=True)
class Choice:
    """A section that is wanted, and the line that wants it; `explain` is asked only if it matters."""

    section: str
    is_urgent: bool
    explain: Callable[[], str]

    @property
    def reason(self) -> str:
        """Why: the line, its condition, and the values it saw."""
        return self.explain()


class Selector:
    """Evaluates `[[select]]`; holds the memory hysteresis needs, a latch set a line.

    While nothing that a condition reads has changed, the last choice stands: most ticks cost nothing.
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
        """Keep the memory of lines that ask the same in the same place: hysteresis goes on."""
        for number, condition in self._preset.when.items():
            other = before._preset.when.get(number)
            if other is not None and other.text == condition.text:
                self._latches[number] = before._latches[number]

    def choose(self, values: StepValues) -> Choice:
        """Section of the first true line; every line is evaluated, so that its memory is current."""
        seen = values.signature()
        if self._last is not None and seen == self._seen and not self._reads_time:
            return self._last
        self._seen = seen
        if self._conditions is None:
            self._conditions = [self._bind(number, values) for number in range(len(self._preset.select))]
        chosen: Choice | None = None
        for number, condition in enumerate(self._conditions):
            # every line is evaluated, so that its memory is current
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
        return f"select[{number}]: otherwise"
    terms = []
    for name in sorted(condition.names):
        value = values.value(name)
        shown = f"{value:.3f}" if isinstance(value, float) else value
        terms.append(f"{name} = {shown}")
    return f"select[{number}]: {condition.text} ({', '.join(terms)})"
