"""A scope made of dictionaries, and short forms of evaluation, for the tests of expressions."""

from __future__ import annotations

from dataclasses import dataclass, field

from adaptive.preset.expression import (
    Latches,
    evaluate,
    parse,
)


@dataclass
class DictScope:
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

    def is_healthy(self, name: str) -> bool:
        return name not in self.silent

    def hysteresis(self, name: str) -> float:
        return self.widths.get(name, 0.0)


def value_of(text: str, **values: float | str) -> float | bool | str:
    return evaluate(parse(text), DictScope(dict(values)))


def history(text: str, values: list[float], width: float = 0.1) -> list[bool]:
    """Return the result of a condition over `x` for each of `values`, with one memory."""
    expression, latches, scope = parse(text), Latches(), DictScope(widths={"x": width})
    said = []
    for value in values:
        scope.values["x"] = value
        said.append(bool(evaluate(expression, scope, latches)))
    return said
