"""Finds select lines that can never be chosen and transitions that can never happen.

A condition changes its value only where a parameter crosses a number that it is compared with.  So it is
enough to evaluate all select lines at combinations of these values: for each parameter the ends of its range,
the numbers, points just beside them, and the midpoints between; for each state group all its values.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adaptive.preset.expression import evaluate
from adaptive.preset.faults import join_names, show_path
from adaptive.preset.finding import Finding, warning
from adaptive.preset.grids import describe, spots
from adaptive.preset.model import ANY, Preset
from adaptive.preset.schema import Entry
from adaptive.preset.thresholds import beyond_range
from adaptive.preset.timing import known_length_beats
from adaptive.preset.tree import BarsInSection, Call, Comparison, Node, Number, Reference, children, walk

MOST_EVALUATIONS = 200_000
"""If more evaluations were needed, no line is reported, because a warning has to be certain."""

_MARGIN = 1e-6
"""The distance of the points beside a number, as a fraction of the range."""

_BARS, _AGE = "bars", "age"


@dataclass(slots=True)
class _Corner:
    """One combination of values, as a `Scope` for expressions."""

    values: Mapping[str, float | str]
    ages: Mapping[str, float]
    stale: Mapping[str, bool]
    healthy: Mapping[str, bool]
    bars_in_section: float = 0.0

    def value(self, name: str) -> float | str:
        return self.values[name]

    def age(self, name: str) -> float:
        return self.ages.get(name, 0.0)

    def is_stale(self, name: str) -> bool:
        return self.stale.get(name, False)

    def is_healthy(self, name: str) -> bool:
        return self.healthy.get(name, True)

    def hysteresis(self, name: str) -> float:
        return 0.0


@dataclass(slots=True)
class Reached:
    """Which select lines can be chosen.

    Attributes
    ----------
    true : set of int
        The lines that are true for some combination.
    chosen : set of int
        The lines that are the first true line for some combination.
    hidden_by : dict of int to set of int
        For each line, the earlier lines that were the first true line where it was true.
    is_default_chosen : bool
        Whether there is a combination for which no line is true.
    """

    true: set[int] = field(default_factory=set)
    chosen: set[int] = field(default_factory=set)
    hidden_by: dict[int, set[int]] = field(default_factory=dict)
    is_default_chosen: bool = False


def reach(preset: Preset) -> Reached | None:
    """Evaluate the select lines for every combination; None if there are more than `MOST_EVALUATIONS`."""
    axes = _axes(preset)
    corners = 1
    for values in axes.values():
        corners *= len(values)
    if corners * max(1, len(preset.when)) > MOST_EVALUATIONS:
        return None
    found = Reached()
    for combination in itertools.product(*axes.values()):
        _try(preset, _corner(dict(zip(axes, combination, strict=True))), found)
    return found


def _try(preset: Preset, corner: _Corner, found: Reached) -> None:
    # a line whose section ends does not hide others: it counts only until then
    first: int | None = None
    for place in range(len(preset.select)):
        condition = preset.when.get(place)
        if condition is not None and not evaluate(condition, corner):
            continue
        found.true.add(place)
        if first is None:
            first = None if preset.ends(preset.select[place].section) else place
            found.chosen.add(place)
        else:
            found.hidden_by.setdefault(place, set()).add(first)
    found.is_default_chosen = found.is_default_chosen or first is None


def _corner(values: Mapping[tuple[str, str], float | str | bool]) -> _Corner:
    by_kind: dict[str, dict[str, float | str | bool]] = {}
    for (kind, name), value in values.items():
        by_kind.setdefault(kind, {})[name] = value
    return _Corner(
        {name: value for name, value in by_kind.get("value", {}).items() if not isinstance(value, bool)},
        {name: float(value) for name, value in by_kind.get(_AGE, {}).items()},
        {name: bool(value) for name, value in by_kind.get("stale", {}).items()},
        {name: bool(value) for name, value in by_kind.get("healthy", {}).items()},
        float(by_kind.get(_BARS, {}).get("", 0.0)),
    )


def _axes(preset: Preset) -> dict[tuple[str, str], list[float | str | bool]]:
    """Return each quantity that the conditions read, with the values at which it is tried."""
    marks: dict[tuple[str, str], set[float]] = {}
    axes: dict[tuple[str, str], list[float | str | bool]] = {}
    for expression in preset.when.values():
        for node, _ in walk(expression.root):
            match node:
                case Reference(name):
                    marks.setdefault(("value", name), set())
                case Call("age", (Reference(name),)):
                    marks.setdefault((_AGE, name), set())
                case Call("stale" | "healthy" as function, (Reference(name),)):
                    axes[function, name] = [False, True]
                case BarsInSection():
                    marks.setdefault((_BARS, ""), set())
                case _:
                    continue
        for node, _ in walk(expression.root):
            if isinstance(node, Comparison):
                _mark(node, marks)
    for (kind, name), numbers in marks.items():
        if kind == "value" and name in preset.state_groups:
            axes[kind, name] = list(preset.state_groups[name].values)
        else:
            low, high = preset.file.parameters[name].range if kind == "value" else (0.0, 1e4)
            axes[kind, name] = list(_samples(low, high, numbers))
    return axes


def _mark(node: Comparison, marks: dict[tuple[str, str], set[float]]) -> None:
    """Add the numbers of a comparison to each quantity that it reads."""
    numbers = {inside.value for inside, _ in walk(node) if isinstance(inside, Number)}
    for inside in _reads(node):
        if inside in marks:
            marks[inside] |= numbers


def _reads(node: Node) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of each quantity that a node reads."""
    match node:
        case Reference(name):
            yield "value", name
        case Call("age", (Reference(name),)):
            yield _AGE, name
        case BarsInSection():
            yield _BARS, ""
        case _:
            for child in children(node):
                yield from _reads(child)


def _samples(low: float, high: float, numbers: set[float]) -> list[float]:
    beside = _MARGIN * (high - low)
    edges = {low, high}
    for number in numbers:
        edges |= {at for at in (number - beside, number, number + beside) if low <= at <= high}
    ordered = sorted(edges)
    middles = [(a + b) / 2.0 for a, b in itertools.pairwise(ordered) if b - a > 3.0 * beside]
    return sorted({*ordered, *middles})


def check_reach(preset: Preset, stem_seconds: Mapping[Path, float] | None = None) -> Iterator[Finding]:
    """Find select lines that are never true or never the first true line, and rules that never apply."""
    found = reach(preset) if preset.file.select else None
    if found is not None:
        yield from _check_lines(preset, found)
    yield from _check_rules(preset)
    yield from _check_places(preset, stem_seconds)


def _check_lines(preset: Preset, found: Reached) -> Iterator[Finding]:
    always = [
        i for i, line in enumerate(preset.select) if line.when is None and not preset.ends(line.section)
    ]
    fixed = {place for place in preset.when if beyond_range(preset, place)}
    for place in range(always[0] if always else len(preset.select)):
        # a threshold that is never or always crossed has a warning of its own: this only follows from it
        if place in found.chosen or place in fixed or found.hidden_by.get(place, set()) & fixed:
            continue
        if place not in found.true:
            text = "can never be true, whatever the parameters and states are"
        else:
            hiders = join_names([show_path(("select", other)) for other in sorted(found.hidden_by[place])])
            text = f"is never chosen: whenever it is true, so is {hiders}, above"
        yield warning(("select", place, "when"), text)


def _check_rules(preset: Preset) -> Iterator[Finding]:
    """Find transitions that no change of section can ever use."""
    plays = _sections_that_play(preset)
    used = set()
    for source, target in itertools.permutations(plays, 2):
        rule = preset.written_transition(source, target)
        if rule is not None:
            used.add((rule.source, rule.target))
    for i, rule in enumerate(preset.file.transitions):
        # a rule from a section to itself can apply over a bridge; it is not tried above, so not reported
        if (rule.source, rule.target) not in used and (rule.source != rule.target or ANY in {rule.source}):
            yield warning(
                ("transitions", i),
                f"is never used: changes from `{rule.source}` to `{rule.target}` cannot happen, or more"
                " specific rules cover them",
            )


def _sections_that_play(preset: Preset) -> list[str]:
    """Return the sections that select names; a line that is never chosen has a warning of its own."""
    names = {line.section for line in preset.select} | {preset.default_section, *preset.following}
    return [name for name in preset.file.sections if names & {name, *preset.playlists_of(name)}]


def _check_places(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    """Find pairs of sections whose rule names a place that the section does not have."""
    reported: set[tuple[str, int, str]] = set()
    for source, target in itertools.permutations(preset.file.sections, 2):
        rule = preset.written_transition(source, target)
        if rule is None:
            continue
        place, segment = preset.file.transitions.index(rule), preset.segments[source]
        length = known_length_beats(preset, source, stem_seconds)
        is_done = rule.exit_at == "immediate" or length is None or ("exit", place, source) in reported
        if not is_done and not spots(
            rule.exit_at, length or 0, segment.beats_per_bar, segment.phrase_bars, segment.markers
        ):
            reported.add(("exit", place, source))
            yield warning(
                ("transitions", place, "exit_at"),
                f"`{source}` has no place at {describe(rule.exit_at)}: it is left at its end",
            )
        has = {name for _, name in preset.segments[target].markers}
        wanted = rule.enter_at.marker if isinstance(rule.enter_at, Entry) else "matching"
        if wanted not in {"matching", "random", *has} and ("enter", place, target) not in reported:
            reported.add(("enter", place, target))
            yield warning(
                ("transitions", place, "enter_at"),
                f"`{target}` has no marker `{wanted}`: it is entered at its start",
            )
