"""The inserts of an engine: allocates their columns and memory, and sets their parameters.

Eight inserts of one kind share a group, wherever they are in the mixer.  Groups are arrays of their own, and
the render list holds their addresses; so inserts can be added while the engine plays, without limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.engine.arrays import Array, address, aligned
from adaptive.engine.spec import EngineSpec, InsertSpec
from adaptive.kernel import layout as k
from adaptive.kernel.processors.descriptor import Processor
from adaptive.kernel.processors.registry import PROCESSORS

QUIET_S = 0.5
"""Silence after which an insert without gaps in its output rests."""

InsertKey = tuple[int, str]
"""Row of a bus, and the name of one of its inserts."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an insert is: its group and its column there."""

    kind: str
    group: int
    column: int


class Inserts:
    """The groups of all inserts.

    Parameters
    ----------
    sample_rate : int
        Of the engine.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._groups: dict[str, list[Array]] = {}
        self._memory: dict[Slot, Array] = {}
        self.slots: dict[InsertKey, Slot] = {}

    def add(self, bus: int, insert: InsertSpec, wet: float = 1.0) -> None:
        """Allocate an insert with empty memory.

        Parameters
        ----------
        bus : int
            Row of its bus.
        insert : InsertSpec
            Its settings.
        wet : float
            Share of its output to begin with: 1, or 0 where it is to fade in.
        """
        processor = PROCESSORS[insert.kind]
        slot = self._free_slot(processor, bus)
        self.slots[bus, insert.name] = slot
        group = self.group_of(slot)
        values = processor.defaults() | dict(insert.values)
        frames = processor.memory_frames(self._rate, values)
        memory = aligned(np.float32, max(1, frames))
        self._memory[slot] = memory
        group["memory"][slot.column], group["memory_frames"][slot.column] = address(memory), frames
        group["bus"][slot.column] = bus
        if processor.prepare is not None:
            processor.prepare(group, slot.column, self._rate, values)
        group["is_resting"][slot.column], group["quiet_quanta"][slot.column] = 1, 0
        group["is_new"][slot.column] = 1
        group["wet_now"][slot.column] = 0.0 if insert.is_bypassed else wet
        self.set(bus, insert)
        for field in ("aimed", "now"):
            group[field][:, slot.column] = group["wanted"][:, slot.column]

    def set(self, bus: int, insert: InsertSpec) -> None:
        """Set the parameters of an insert; the kernel moves to them within 21 ms.  Single words."""
        processor, slot = PROCESSORS[insert.kind], self.slots[bus, insert.name]
        group, values = self.group_of(slot), processor.defaults() | dict(insert.values)
        for row, parameter in enumerate(processor.parameters):
            group["wanted"][row, slot.column] = values[parameter.name]
        group["wet_wanted"][slot.column] = 0.0 if insert.is_bypassed else 1.0
        quiet_s = QUIET_S + processor.gap_s(values)
        group["quiet_limit"][slot.column] = math.ceil(quiet_s * self._rate / k.QUANTUM)

    def fade_out(self, key: InsertKey) -> None:
        """Let the output of an insert fade to its input within 20 ms."""
        slot = self.slots[key]
        self.group_of(slot)["wet_wanted"][slot.column] = 0.0

    def remove(self, key: InsertKey) -> None:
        """Free the column of an insert that no step of the render list names any more."""
        slot = self.slots.pop(key)
        del self._memory[slot]

    def group_of(self, slot: Slot) -> Any:
        """The record of a slot's group."""
        return self._groups[slot.kind][slot.group][0]

    def group_address(self, slot: Slot) -> int:
        """Address of the record of a slot's group."""
        return address(self._groups[slot.kind][slot.group])

    def cell(self, key: InsertKey, parameter: str) -> int:
        """Address of the float32 that a parameter moves to."""
        slot = self.slots[key]
        group, row = self._groups[slot.kind][slot.group], PROCESSORS[slot.kind].index_of(parameter)
        return address(group) + int(group.dtype.fields["wanted"][1]) + 4 * (row * k.PAIRS + slot.column)

    def _free_slot(self, processor: Processor, bus: int) -> Slot:
        """The first free column, in a group without another insert of the bus: those cannot run together."""
        used: dict[int, set[int]] = {}
        shared = set()
        for (other, _), slot in self.slots.items():
            if slot.kind == processor.kind:
                used.setdefault(slot.group, set()).add(slot.column)
                if other == bus:
                    shared.add(slot.group)
        groups = self._groups.setdefault(processor.kind, [])
        for number in range(len(groups) + 1):
            free = set(range(k.PAIRS)) - used.get(number, set())
            if free and number not in shared:
                break
        if number == len(groups):
            groups.append(aligned(processor.group, 1))
        return Slot(processor.kind, number, min(free))


def inserts_of(spec: EngineSpec) -> Iterator[tuple[int, InsertSpec]]:
    """Every insert of a specification, with the row of its bus."""
    for row, bus in enumerate(spec.buses):
        for insert in bus.inserts:
            yield row, insert


def waves(chains: Mapping[int, list[Slot]]) -> Iterator[tuple[Slot, int]]:
    """Order the inserts of several buses, so that each bus's run in order and like ones run together.

    Parameters
    ----------
    chains : Mapping
        Row of a bus to the slots of its inserts, in the order of the signal.

    Yields
    ------
    A slot of a group, and the mask of the group's columns that run in this step.
    """
    left = {bus: list(chain) for bus, chain in chains.items() if chain}
    while left:
        ready: dict[tuple[str, int], list[int]] = {}
        for bus, chain in left.items():
            ready.setdefault((chain[0].kind, chain[0].group), []).append(bus)
        most = max(ready, key=lambda group: len(ready[group]))
        slots = [left[bus].pop(0) for bus in ready[most]]
        left = {bus: chain for bus, chain in left.items() if chain}
        yield slots[0], sum(1 << slot.column for slot in slots)
