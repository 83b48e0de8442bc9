"""Parses the expressions of a preset, checks their types and names, and sorts derived parameters.

An expression that parses may still be invalid: it may compare a state with a number, use a number as a
condition, or depend on itself.  Each of these is a fault.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from adaptive.errors import ExpressionError
from adaptive.preset.expression import (
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
    compile_program,
    parse,
)
from adaptive.preset.faults import SHOWN_NAMES, FaultList, KeyPath, hint, nearest
from adaptive.preset.model import SECTION_GROUP, StateGroup, select_lines, state_groups
from adaptive.preset.schema import PresetFile
from adaptive.preset.tree import CLOCK_FUNCTIONS

Kind = Literal["number", "condition", "text", "state", "unknown"]


def read_conditions(file: PresetFile, faults: FaultList) -> dict[int, Expression]:
    """Return the condition of each select line that has one, by index; add faults."""
    groups = state_groups(file)
    conditions: dict[int, Expression] = {}
    for i, line in enumerate(select_lines(file)):
        at: KeyPath = ("select", i, "when")
        expression = None if line.when is None else _parse(line.when, at, faults)
        if expression is not None:
            conditions[i] = expression
        # Implied lines are valid by construction; `references` reports names that clash with theirs.
        if expression is not None and file.select:
            _TypeChecker(file.parameters, groups, at, faults).check_condition(expression)
    return conditions


def read_snapshots(file: PresetFile, faults: FaultList) -> dict[str, Expression]:
    """Return the condition of each snapshot that has one, by name; add faults."""
    groups, conditions = state_groups(file), {}
    for name, table in file.snapshots.items():
        at: KeyPath = ("snapshots", name, "when")
        expression = None if table.when is None else _parse(table.when, at, faults)
        if expression is not None:
            conditions[name] = expression
            _TypeChecker(file.parameters, groups, at, faults).check_condition(expression)
    return conditions


def read_derived(file: PresetFile, faults: FaultList) -> dict[str, Expression]:
    """Return the `value` of each derived parameter, after the parameters it reads; add faults."""
    index_of = {name: i for i, name in enumerate(file.parameters)}
    derived: dict[str, Expression] = {}
    for name, table in file.parameters.items():
        at: KeyPath = ("parameters", name, "value")
        expression = None if table.value is None else _parse(table.value, at, faults)
        if expression is None:
            continue
        derived[name] = expression
        known = len(faults.found)
        _TypeChecker(file.parameters, state_groups(file), at, faults).check(expression.root)
        if len(faults.found) == known:
            _try_to_compile(expression, index_of, at, faults)
    return _in_order(derived, faults)


def _parse(text: str, at: KeyPath, faults: FaultList) -> Expression | None:
    try:
        return parse(text)
    except ExpressionError as error:
        faults.add(at, str(error))
        return None


def _try_to_compile(
    expression: Expression, index_of: Mapping[str, int], at: KeyPath, faults: FaultList
) -> None:
    try:
        compile_program(expression, index_of)
    except ExpressionError as error:
        faults.add(at, str(error))


def _in_order(derived: Mapping[str, Expression], faults: FaultList) -> dict[str, Expression]:
    """Sort so that each reads only earlier ones; parameters that depend on themselves are faults."""
    needs = {name: sorted(one.names & derived.keys()) for name, one in derived.items()}
    while True:
        try:
            order = list(TopologicalSorter(needs).static_order())
        except CycleError as error:
            # graphlib lists a cycle in reverse, from what is read to what reads it, its first member twice.
            circle: list[str] = error.args[1][::-1]
            shown = " needs ".join(f"`{name}`" for name in _shortened(circle))
            faults.add(("parameters", circle[0], "value"), f"goes in a circle: {shown}")
            needs = {
                name: [need for need in wanted if need not in circle]
                for name, wanted in needs.items()
                if name not in circle
            }
        else:
            return {name: derived[name] for name in order}


def _shortened(circle: list[str]) -> list[str]:
    return circle if len(circle) <= SHOWN_NAMES else [*circle[: SHOWN_NAMES - 2], "…", circle[-1]]


class _TypeChecker:
    """Finds the type of each node of an expression, and adds a fault where types do not fit."""

    def __init__(
        self,
        parameters: Collection[str],
        groups: Mapping[str, StateGroup],
        at: KeyPath,
        faults: FaultList,
    ) -> None:
        self._parameters = parameters
        self._groups = groups
        self._at = at
        self._faults = faults

    def check_condition(self, expression: Expression) -> None:
        self._require_condition(expression.root)

    def check(self, node: Node) -> Kind:
        match node:
            case Number() | BarsInSection():
                return "number"
            case Text():
                return "text"
            case Reference(name):
                return self._name(name)
            case Call():
                return self._call(node)
            case Unary("not", operand):
                return self._require_condition(operand)
            case Unary(_, operand):
                return self._require_numbers("-", operand)
            case Binary(operator, left, right):
                return self._require_numbers(operator, left, right)
            case Comparison():
                return self._compare(node)
            case Logic(_, operands):
                for operand in operands:
                    self._require_condition(operand)
                return "condition"

    def _fault(self, text: str) -> Kind:
        self._faults.add(self._at, text)
        return "unknown"

    def _name(self, name: str) -> Kind:
        if name in self._parameters:
            return "number"
        if name in self._groups:
            return "state"
        names = [*self._parameters, *self._groups]
        if self._faults.knows(name, names, self._at):
            return "unknown"
        text = f"there is no parameter or state named `{name}`{self._is_value(name) or hint(name, names)}"
        because = [("parameters",), ("states",), ("sections",)]
        self._faults.add_same("parameter", name, self._at, text, because)
        return "unknown"

    def _is_value(self, name: str) -> str:
        """Return the end of a sentence, if a name without quotes is a value of a state."""
        owner = next((group for group, states in self._groups.items() if name in states.values), None)
        return f"; a value of a state has quotes: {owner} == '{name}'" if owner else ""

    def _call(self, node: Call) -> Kind:
        first = node.arguments[0]
        if node.function in CLOCK_FUNCTIONS and isinstance(first, Reference):
            if self._name(first.name) == "state":
                return self._fault(f"`{node.function}` takes a parameter; `{first.name}` is a state")
            return "condition" if node.function in {"stale", "healthy"} else "number"
        return self._require_numbers(node.function, *node.arguments)

    def _require_numbers(self, operator: str, *operands: Node) -> Kind:
        for operand in operands:
            kind = self.check(operand)
            if kind in ("text", "state"):
                self._fault(f"`{operator}` takes numbers; {_shown(operand)} is a {kind}")
        return "number"

    def _require_condition(self, node: Node) -> Kind:
        kind = self.check(node)
        if kind == "state":
            return self._fault(f"{self._state_alone(node)}")
        if kind in ("number", "text"):
            return self._fault(
                f"{_shown(node)} is a {kind} where a condition is needed;"
                " write a comparison such as `x > 0.5`"
            )
        return "condition"

    def _state_alone(self, node: Node) -> str:
        name = node.name if isinstance(node, Reference) else ""
        value = self._groups[name].default
        return f"`{name}` is a state; compare it with a value, such as `{name} == '{value}'`"

    def _compare(self, node: Comparison) -> Kind:
        if self._lacks_quotes(node):
            return "condition"
        sides = [(node.left, self.check(node.left)), (node.right, self.check(node.right))]
        kinds = {kind for _, kind in sides}
        if "unknown" in kinds or not kinds & {"state", "text"}:
            return "condition"
        if node.operator not in ("==", "!="):
            self._fault(f"`{node.operator}` compares numbers; states are `==` or `!=`")
        elif "state" not in kinds:
            self._fault("a string is compared with something that is not a state")
        elif kinds == {"state", "text"}:
            self._check_value(sides)
        elif kinds != {"state"}:
            state = next(one for one, kind in sides if kind == "state")
            self._fault(self._state_alone(state))
        return "condition"

    def _lacks_quotes(self, node: Comparison) -> bool:
        """Add a fault if a state is compared with a name that is neither a state nor a parameter."""
        for state, value in ((node.left, node.right), (node.right, node.left)):
            if not (isinstance(state, Reference) and isinstance(value, Reference)):
                continue
            is_state = state.name in self._groups and state.name not in self._parameters
            if not is_state or value.name in {*self._groups, *self._parameters}:
                continue
            values = self._groups[state.name].values
            meant = value.name if value.name in values else nearest(value.name, values)
            instead = f"{state.name} {node.operator} '{meant or value.name}'"
            other = "" if meant else hint(value.name, values)
            text = f"the values of `{state.name}` are texts, in quotes; write `{instead}`{other}"
            self._faults.add_same(
                "value", f"{state.name} {value.name}", self._at, text, self._source(state.name)
            )
            return True
        return False

    def _source(self, group: str) -> list[KeyPath]:
        """Return the keys that declare the values of a state."""
        return [("states",), ("states", group, "values")] if group != SECTION_GROUP else [("sections",)]

    def _check_value(self, sides: list[tuple[Node, Kind]]) -> None:
        group = next(one.name for one, _ in sides if isinstance(one, Reference))
        value = next(one.value for one, _ in sides if isinstance(one, Text))
        values = self._groups[group].values
        if not self._faults.knows(value, values, self._at):
            text = f"state `{group}` has no value `{value}`{hint(value, values)}"
            self._faults.add_same("value", f"{group} {value}", self._at, text, self._source(group))


def _shown(node: Node) -> str:
    match node:
        case Reference(name):
            return f"`{name}`"
        case Text(value):
            return f"'{value}'"
        case Number(value):
            return f"{value:g}"
        case _:
            return "its operand"
