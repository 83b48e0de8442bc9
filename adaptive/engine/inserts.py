"""The inserts of an engine: allocates their columns and memory, and sets their parameters.

Eight inserts of one kind share a group, wherever they are in the mixer.  Groups are arrays of their own, and
the render list holds their addresses; so inserts can be added while the engine plays, without limit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.engine.arrays import Array, address, aligned
from adaptive.engine.impulses import impulse_response
from adaptive.engine.spec import EngineSpec, InsertSpec
from adaptive.kernel import layout as k
from adaptive.kernel.compile.build import STRETCH_UNITS
from adaptive.kernel.dsp.late_rows import ring_floats, ring_frames
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
    """The groups of all inserts, and the order in which the inserts of each bus run.

    Parameters
    ----------
    sample_rate : int
        Of the engine.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._groups: dict[str, list[Array]] = {}
        self._memory: dict[Slot, Array] = {}
        self._key_rings: dict[Slot, Array] = {}
        self._specs: dict[int, tuple[InsertSpec, ...]] = {}
        self._slots: dict[InsertKey, Slot] = {}
        self._dropped: list[Slot] = []
        self.chains: dict[int, list[Slot]] = {}
        """Slots of each bus in the order of the signal, those that fade out included."""

    # ── the inserts of a bus ───────────────────────────────────────────────────────────────────

    def begin(self, bus: int, inserts: Sequence[InsertSpec]) -> None:
        """Allocate the inserts of a silent bus, which had none or whose owner has changed."""
        self._dropped += self.chains.pop(bus, [])
        for insert in self._specs.get(bus, ()):
            del self._slots[bus, insert.name]
        self._specs[bus] = tuple(inserts)
        self.chains[bus] = [self._add(bus, insert, wet=1.0) for insert in inserts]

    def change(self, bus: int, inserts: Sequence[InsertSpec], curved: Collection[tuple[str, str]]) -> None:
        """Change the inserts of a bus that sounds.

        What stays moves to its new parameters within 43 ms, new inserts fade in and others out within 20 ms;
        the latter run on until `drop_faded`.

        Parameters
        ----------
        bus : int
            Row of the bus.
        inserts : sequence of InsertSpec
            Its inserts from now on.
        curved : collection of (insert, parameter)
            Parameters that a curve sets, which are left alone.
        """
        before, old = self._specs.get(bus, ()), list(self.chains.get(bus, []))
        kept = _kept(before, inserts)
        slots = {insert.name: self._slots.pop((bus, insert.name)) for insert in before}
        for name, slot in slots.items():
            if name not in kept:
                self.group_of(slot)["wet_wanted"][slot.column] = 0.0
        chain: list[Slot] = []
        for insert in inserts:
            if insert.name in kept:
                slot = slots[insert.name]
                at = old.index(slot)
                chain += [*old[:at], slot]  # what fades out in front of it stays there
                old = old[at + 1 :]
                self._slots[bus, insert.name] = slot
                self.set_values(bus, insert, curved)
            else:
                chain.append(self._add(bus, insert, wet=0.0))
        self.chains[bus] = chain + old
        self._specs[bus] = tuple(inserts)

    def drop_faded(self, bus: int) -> None:
        """Take what has faded out of a bus from its chain; a new render list must be shown then."""
        wanted = {self._slots[bus, insert.name] for insert in self._specs[bus]}
        self._dropped += [slot for slot in self.chains[bus] if slot not in wanted]
        self.chains[bus] = [slot for slot in self.chains[bus] if slot in wanted]

    def free_dropped(self) -> None:
        """Free the columns of inserts that earlier render lists named: none of them is in use any more."""
        for slot in self._dropped:
            del self._memory[slot]
            self._key_rings.pop(slot, None)
        self._dropped = []

    # ── one insert ─────────────────────────────────────────────────────────────────────────────

    def set_values(self, bus: int, insert: InsertSpec, curved: Collection[tuple[str, str]] = ()) -> None:
        """Set the parameters of an insert; the kernel moves to them within 43 ms.  Single words."""
        processor, slot = PROCESSORS[insert.kind], self._slots[bus, insert.name]
        group, values = self.group_of(slot), self._values(insert)
        for row, parameter in enumerate(processor.parameters):
            if (insert.name, parameter.name) not in curved:
                group["wanted"][row, slot.column] = values[parameter.name]
        group["wet_wanted"][slot.column] = 0.0 if insert.is_bypassed else 1.0
        quiet_s = QUIET_S + processor.gap_s(values)
        group["quiet_limit"][slot.column] = math.ceil(quiet_s * self._rate / k.QUANTUM)

    def listen(self, bus: int, name: str, heard: int, delay: int) -> None:
        """Let a new insert listen to another bus, `delay` frames late; one that listens already goes on."""
        slot = self._slots[bus, name]
        if slot in self._key_rings:
            return
        group, ring = self.group_of(slot), aligned(np.float32, ring_floats(delay) if delay else 1)
        self._key_rings[slot] = ring
        group["key_ring"][slot.column], group["key_ring_frames"][slot.column] = (
            address(ring),
            ring_frames(delay),
        )
        group["key_delay"][slot.column], group["key_bus"][slot.column] = delay, heard

    def settle(self, key: InsertKey, parameter: str, value: float) -> None:
        """Set a parameter of an insert at rest, without a ramp."""
        slot = self._slots[key]
        group, row = self.group_of(slot), PROCESSORS[slot.kind].index_of(parameter)
        for field in ("wanted", "aimed", "now"):
            group[field][row, slot.column] = value
        group["is_changed"][slot.column] = 1

    def cell(self, key: InsertKey, parameter: str) -> int:
        """Address of the float32 that a parameter moves to."""
        slot = self._slots[key]
        group, row = self._groups[slot.kind][slot.group], PROCESSORS[slot.kind].index_of(parameter)
        wanted = group[0]["wanted"][row]
        return address(wanted[slot.column : slot.column + 1])

    def kinds(self) -> set[str]:
        """The kinds of all inserts, those that fade out included."""
        return {slot.kind for chain in self.chains.values() for slot in chain}

    def slot_of(self, bus: int, name: str) -> Slot:
        """Where an insert of a bus is."""
        return self._slots[bus, name]

    def group_of(self, slot: Slot) -> Any:
        """The record of a slot's group."""
        return self._groups[slot.kind][slot.group][0]

    def group_address(self, slot: Slot) -> int:
        """Address of the record of a slot's group."""
        return address(self._groups[slot.kind][slot.group])

    def _values(self, insert: InsertSpec) -> dict[str, float]:
        """Parameters and options of an insert, and the length of its recording."""
        values = PROCESSORS[insert.kind].defaults() | dict(insert.values)
        if insert.file:
            frames = self._response(insert).shape[1]
            values |= {"response_frames": frames, "response_s": frames / self._rate}
        return values

    def _response(self, insert: InsertSpec) -> Array:
        """The recording of an insert that convolves."""
        return impulse_response(insert.file, self._rate, insert.values.get("predelay_ms", 0.0))

    def _add(self, bus: int, insert: InsertSpec, wet: float) -> Slot:
        processor = PROCESSORS[insert.kind]
        slot = self._free_slot(processor, bus)
        group = self.group_of(slot)
        values = self._values(insert)
        if processor.memory_of is None:
            memory = aligned(np.float32, max(1, processor.memory_frames(self._rate, values)))
        else:
            filled = processor.memory_of(self._response(insert))
            memory = aligned(np.float32, filled.size)
            memory[:] = filled
        frames = memory.size if processor.memory_of else processor.memory_frames(self._rate, values)
        self._memory[slot] = memory
        self._slots[bus, insert.name] = slot
        group["memory"][slot.column], group["memory_frames"][slot.column] = address(memory), frames
        group["bus"][slot.column] = bus
        if processor.has_key:
            group["key_bus"][slot.column] = -1
        if processor.fill_memory is not None:
            processor.fill_memory(memory, self._rate, values)
        if processor.prepare is not None:
            processor.prepare(group, slot.column, self._rate, values)
        group["is_resting"][slot.column], group["quiet_quanta"][slot.column] = 1, 0
        group["is_new"][slot.column], group["is_changed"][slot.column] = 1, 0
        group["wet_now"][slot.column] = 0.0 if insert.is_bypassed else wet
        group["hushed"][slot.column] = 0.0
        self.set_values(bus, insert)
        for field in ("aimed", "now"):
            group[field][:, slot.column] = group["wanted"][:, slot.column]
        return slot

    def _free_slot(self, processor: Processor, bus: int) -> Slot:
        """The first free column, in a group without another insert of the bus: those cannot run together."""
        groups = self._groups.setdefault(processor.kind, [])
        shared = {slot.group for slot in self.chains.get(bus, ()) if slot.kind == processor.kind}
        shared |= {
            slot.group for (row, _), slot in self._slots.items() if row == bus and slot.kind == processor.kind
        }
        for number in range(len(groups) + 1):
            free = [
                column
                for column in range(k.PAIRS)
                if Slot(processor.kind, number, column) not in self._memory
            ]
            if free and number not in shared:
                break
        if number == len(groups):
            groups.append(aligned(processor.group, 1))
        return Slot(processor.kind, number, free[0])


def _kept(before: Sequence[InsertSpec], after: Sequence[InsertSpec]) -> set[str]:
    """Names of the inserts that stay: of the same kind, with the same memory and key, in the same order."""
    place = {insert.name: number for number, insert in enumerate(before)}
    kept, last = set(), -1
    for insert in after:
        number = place.get(insert.name, -1)
        if number > last and _has_same_memory(before[number], insert):
            kept.add(insert.name)
            last = number
    return kept


def _has_same_memory(before: InsertSpec, after: InsertSpec) -> bool:
    options = PROCESSORS[before.kind].options
    return (
        before.kind == after.kind
        and before.key == after.key
        and before.file == after.file
        and all(
            before.values.get(option.name, option.default) == after.values.get(option.name, option.default)
            for option in options
        )
    )


def kinds_of(spec: EngineSpec) -> set[str]:
    """The optional units that a specification uses: of processors, sound sources, clips, elastic clips."""
    kinds = {insert.kind for bus in spec.buses for insert in bus.inserts}
    kinds |= set() if spec.rig is None else {"panner"}
    kinds |= {instrument.kind for instrument in spec.instruments} | ({"clips"} if spec.clips else set())
    return kinds | set(STRETCH_UNITS) if spec.is_elastic else kinds


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
