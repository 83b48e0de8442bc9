"""Scopes made of dictionaries, and evaluation in one line, for the tests of expressions."""

from __future__ import annotations

from dataclasses import dataclass, field

from adaptive.preset.expression import (
    Latches,
    evaluate,
    parse,
)


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
