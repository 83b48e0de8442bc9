"""The render list: which units the kernel calls in every quantum, in which order, and on what.

The order follows the mixer: sources first, then the buses rank by rank, then the master.  The buses of one
rank do not depend on each other, so their inserts run together, between the part of the buses before them and
the part after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from adaptive.engine.graph import ranks, rendered_rows
from adaptive.engine.inserts import Inserts, waves
from adaptive.engine.instruments import Instruments
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


def render_list(spec: EngineSpec, inserts: Inserts, instruments: Instruments) -> list[Step]:
    """Steps of a quantum; groups of spare buses have none."""
    groups, rank = rendered_rows(spec), ranks(spec)
    steps = [Step("stretch")] if spec.is_elastic else []
    steps += [Step("clips")] if spec.clips else []
    steps += [Step(unit, instrument) for unit, instrument in instruments.units()]
    begun: set[int] = set()
    for level in range(max(rank.values(), default=-1) + 1):
        rows_of = {group: [row for row in rows if rank[row] == level] for group, rows in groups.items()}
        steps += _steps_of_level({group: rows for group, rows in rows_of.items() if rows}, begun, inserts)
    steps += [Step("panner")] if spec.rig is not None else []
    return [*steps, Step("master")]


def _steps_of_level(rows_of: Mapping[int, list[int]], begun: set[int], inserts: Inserts) -> list[Step]:
    """Steps of the rows of each group that have one rank; `begun` are the groups whose first part has run."""
    chains = {row: inserts.chains.get(row, []) for rows in rows_of.values() for row in rows}
    between = [Step(slot.kind, inserts.group_address(slot), mask) for slot, mask in waves(chains)]
    before = [Step("buses", group, k.BUS_BEGIN) for group in rows_of if group not in begun]
    after = [
        Step("buses", group, k.BUS_END, sum(1 << row % k.PAIRS for row in rows))
        for group, rows in rows_of.items()
    ]
    begun |= set(rows_of)
    if not between and len(before) == len(after):  # a group at a time stays in a near cache
        return [step for both in zip(before, after, strict=True) for step in both]
    return [*before, *between, *after]


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
