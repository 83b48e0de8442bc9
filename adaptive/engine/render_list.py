"""The render list: which units the kernel calls in every quantum, in which order, and on what.

The order follows the mixer: sources first, then the buses level by level, then the master.  The buses of a
level do not feed each other, so their inserts run together, between the part of the buses before them and the
part after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adaptive.engine.inserts import Inserts, waves
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.kernel import layout as k

ALWAYS = ("quantum", "control")
"""Units that are called without a step, in the order of `UNIT_QUANTUM` and `UNIT_CONTROL`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a unit in every quantum; `item`, `first` and `count` are its arguments."""

    unit: str
    item: int = 0
    first: int = 0
    count: int = 0


def render_list(spec: EngineSpec, inserts: Inserts) -> list[Step]:
    """Steps of a quantum; groups of spare buses have none."""
    spare = range(spec.spare_buses.start // k.PAIRS, spec.spare_buses.stop // k.PAIRS)
    groups = [group for group in range(-(-len(spec.buses) // k.PAIRS)) if group not in spare]
    steps = [Step("clips"), Step("voices")]
    if spec.is_elastic:
        steps.insert(0, Step("stretch"))
    for level in _levels(spec, groups):
        steps += _steps_of_level(spec, level, inserts)
    return [*steps, Step("master")]


def _buses_of(spec: EngineSpec, group: int) -> dict[int, BusSpec]:
    first = group * k.PAIRS
    return dict(enumerate(spec.buses[first : first + k.PAIRS], first))


def _levels(spec: EngineSpec, groups: list[int]) -> list[list[int]]:
    """Divide groups of buses into runs in which none feeds another."""
    levels: list[list[int]] = []
    fed: set[int] = set()
    for group in groups:
        if not levels or group in fed:
            levels.append([])
            fed = set()
        levels[-1].append(group)
        for bus in _buses_of(spec, group).values():
            fed |= {target // k.PAIRS for target in (bus.output, *bus.sends) if target is not None}
    return levels


def _steps_of_level(spec: EngineSpec, level: list[int], inserts: Inserts) -> list[Step]:
    chains = {}
    for group in level:
        for row in _buses_of(spec, group):
            chains[row] = inserts.chains.get(row, [])
    between = [Step(slot.kind, inserts.group_address(slot), mask) for slot, mask in waves(chains)]
    if not between:  # a group at a time stays in a near cache
        return [Step("buses", group, part) for group in level for part in (k.BUS_BEGIN, k.BUS_END)]
    before = [Step("buses", group, k.BUS_BEGIN) for group in level]
    return [*before, *between, *(Step("buses", group, k.BUS_END) for group in level)]


def unit_table(units: dict[str, int]) -> dict[str, int]:
    """Row of each unit in the table: those that are always called first."""
    named = [*ALWAYS, *(name for name in units if name not in ALWAYS)]
    return {name: row for row, name in enumerate(named)}


def fill_steps(rows: np.ndarray, steps: list[Step], row_of: dict[str, int]) -> None:
    """Write steps into the rows of a `STEP` array, and end the list behind the last one."""
    rows["unit"] = -1
    for row, step in zip(rows, steps, strict=False):
        row["unit"], row["item"] = row_of[step.unit], step.item
        row["first"], row["count"] = step.first, step.count
