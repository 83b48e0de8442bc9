"""Cells: where curves and held values write, and the values of cells before the first frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.engine.arrays import address
from adaptive.engine.memory import Memory
from adaptive.engine.records import settle_bus
from adaptive.engine.spec import MappingSpec
from adaptive.kernel import layout as k
from adaptive.units import db_to_gain

FIELDS = {k.MAP_GAIN_DB: "control_gain", k.MAP_PAN: "control_pan", k.MAP_CUTOFF: "control_cutoff"}
"""Field of the record of a bus that a kind of curve sets."""

IS_LEVEL = {k.MAP_GAIN_DB, k.MAP_SEND_DB, k.MAP_MASTER_DB}


def cell_of(memory: Memory, mapping: MappingSpec) -> int:
    """Address of the float32 that a curve, or a held value, sets.

    Raises
    ------
    KeyError
        There is no such send, insert or instrument, or not yet.
    """
    if mapping.kind == k.MAP_INSTRUMENT:
        return memory.instruments.cell(mapping.instrument, mapping.name)
    if mapping.kind == k.MAP_MASTER_DB:
        return address(memory["master"]["control_gain"])
    if mapping.kind == k.MAP_PLACE:
        if memory.rig is None:
            raise KeyError(mapping.name)
        return memory.rig.cell(mapping.bus, mapping.name)
    if mapping.kind == k.MAP_INSERT:
        return memory.inserts.cell((mapping.bus, mapping.insert), mapping.name)
    if mapping.kind == k.MAP_SEND_DB:
        to = memory.spec.buses[mapping.bus].sends[mapping.send]
        row = memory.sends.row_of[mapping.bus, to]
        return address(memory["sends"]["wanted"][row : row + 1])
    group, column = memory["buses"][mapping.bus // k.PAIRS], mapping.bus % k.PAIRS
    return address(group[FIELDS[mapping.kind]][column : column + 1])


def fill_mappings(memory: Memory, rows: Any, mappings: Sequence[MappingSpec]) -> None:
    """Write curves into the rows of a `MAPPING` array."""
    for row, mapping in zip(rows, mappings, strict=False):
        row["parameter"], row["is_level"] = mapping.parameter, mapping.kind in IS_LEVEL
        row["cell"] = cell_of(memory, mapping)
        row["count"] = len(mapping.points)
        for number, (x, y) in enumerate(mapping.points):
            row["x"][number], row["y"][number] = x, y


def curve_value(mapping: MappingSpec, parameters: Any) -> float:
    """Value of a curve at the present value of its parameter."""
    xs, ys = zip(*mapping.points, strict=True)
    return float(np.interp(float(parameters[mapping.parameter]["value"]), xs, ys))


def settle_cell(memory: Memory, mapping: MappingSpec, value: float) -> None:
    """Set a cell of what is silent, without a ramp: to a value in the unit of its curve."""
    if mapping.kind == k.MAP_SEND_DB:
        send = memory.sends.record_of(mapping.bus, memory.spec.buses[mapping.bus].sends[mapping.send])
        send["wanted"] = send["now"] = send["value"] = db_to_gain(value)
    elif mapping.kind == k.MAP_INSTRUMENT:
        memory.instruments.settle(mapping.instrument, mapping.name, value)
    elif mapping.kind == k.MAP_INSERT:
        memory.inserts.settle((mapping.bus, mapping.insert), mapping.name, value)
    elif mapping.kind == k.MAP_PLACE:
        if memory.rig is not None:
            memory.rig.places[mapping.bus][mapping.name] = value
    elif mapping.kind == k.MAP_MASTER_DB:
        memory["master"]["control_gain"] = memory["master"]["control_gain_now"] = db_to_gain(value)
    else:
        settle_bus(memory["buses"], mapping.bus, {mapping.kind: value})


def settle(memory: Memory, index: int, mappings: Sequence[MappingSpec]) -> None:
    """Set a silent bus to the values of its curves, so that it does not fade to them when it first sounds."""
    own = {
        mapping: curve_value(mapping, memory["parameters"]) for mapping in mappings if mapping.bus == index
    }
    for mapping, value in own.items():
        if mapping.kind not in FIELDS:
            settle_cell(memory, mapping, value)
    settle_bus(memory["buses"], index, {mapping.kind: value for mapping, value in own.items()})
