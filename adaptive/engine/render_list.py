"""The render list: which units the kernel calls in every quantum, in which order, and on what.

The order follows the mixer: sources first, then the buses group by group, then the master.  Within a group,
the inserts run between the part of the buses before them and the part after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adaptive.engine.spec import EngineSpec
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


def render_list(spec: EngineSpec) -> list[Step]:
    """Steps of a quantum; groups of spare buses have none."""
    spare = range(spec.spare_buses.start // k.PAIRS, spec.spare_buses.stop // k.PAIRS)
    steps = [Step("clips"), Step("voices")]
    for group in range(-(-len(spec.buses) // k.PAIRS)):
        if group not in spare:
            steps += _steps_of_group(spec, group)
    return [*steps, Step("master")]


def _steps_of_group(spec: EngineSpec, group: int) -> list[Step]:
    first = group * k.PAIRS
    inserts = [
        Step("reverb", bus.effect, first + column, 1)
        for column, bus in enumerate(spec.buses[first : first + k.PAIRS])
        if bus.effect is not None
    ]
    return [Step("buses", group, k.BUS_BEGIN), *inserts, Step("buses", group, k.BUS_END)]


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
