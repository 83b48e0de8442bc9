"""An engine grows while it plays: what is added takes rows that are spare, or that have fallen silent.

The memory is laid out with room (`spec.SpareRows`).  The kernel reads no row beyond the counts in the header, so a
spare row is written first and counted afterwards, by one store that shows all before it.  A row whose tenant
has gone may be given away once it is at rest: the kernel then reads it, but nothing of it is heard, and what
it writes there by itself (its gain lines, which follow the settings) comes right in the next quantum.

Counts never shrink: what is taken out of a preset rings out where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from adaptive.engine.memory import Memory, voice_groups, voice_groups_of
from adaptive.engine.records import fill_bus, fill_new_parameter, fill_program, free_bus, settle_bus
from adaptive.engine.spec import EngineRow, EngineSpec, SpareRows
from adaptive.kernel import layout as k


def is_at_rest(memory: Memory, row: EngineRow) -> bool:
    """Whether nothing of a row is heard, or will be unless something in the schedule begins there.

    A strip has been silent for half a second, and nothing that plays on it runs, not even in silence.
    Who has scheduled more keeps the seat: the layouts that are held, and stingers on their way.
    """
    kind, index = row
    group, column = index // k.PAIRS, index % k.PAIRS
    if kind == "bus":
        if memory.head["spare_first"] <= group < memory.head["spare_end"]:
            return True
        is_silent = memory["buses"][group]["silent_quanta"][column] > k.QUIET_QUANTA
        clips, count = memory["clips"], int(memory.head["instrument_count"])
        is_played = ((clips["state"] != 0) & (clips["bus"] == index)).any()
        players = np.flatnonzero(memory["instruments"][:count]["bus"] == index).tolist()
        return bool(
            is_silent and not is_played and all(_is_instrument_at_rest(memory, one) for one in players)
        )
    if kind == "clip":
        return bool(memory["clips"][group]["state"][column] == 0)
    return kind != "instrument" or _is_instrument_at_rest(memory, index)


def _is_instrument_at_rest(memory: Memory, index: int) -> bool:
    record = memory["instruments"][index]
    first = int(record["first_group"])
    voices = memory["voices"][first : first + int(record["group_count"])]
    return bool(record["sounding"] == 0 and not voices["active"].any())


def merged(old: EngineSpec, new: EngineSpec) -> EngineSpec:
    """What an engine holds once a specification has been added: the rows of others stay as they are."""
    taken = set(new.owners)
    clips = max(old.clips, new.clips)
    instruments = _merge("instrument", taken, old.instruments, new.instruments)
    parameters = _merge("parameter", taken, old.parameters, new.parameters)
    # the memory is as large as ever: what there is and what is spare make up the same
    room = SpareRows(
        old.clips + old.room.clips - clips,
        len(old.instruments) + old.room.instruments - len(instruments),
        voice_groups(old.instruments) + old.room.voice_groups - voice_groups(instruments),
        len(old.parameters) + old.room.parameters - len(parameters),
        len(old.mappings) + old.room.mappings - len(new.mappings),
    )
    return replace(
        new,
        clips=clips,
        buses=_merge("bus", taken, old.buses, new.buses),
        instruments=instruments,
        parameters=parameters,
        room=room,
        spare_buses=range(
            max(old.spare_buses.start, new.spare_buses.start), max(old.spare_buses.stop, new.spare_buses.stop)
        ),
        owners={**old.owners, **new.owners},
    )


def _merge(kind: str, taken: set[EngineRow], old: Any, new: Any) -> tuple[Any, ...]:
    count = max(len(old), len(new))
    return tuple(
        new[index] if (kind, index) in taken or index >= len(old) else old[index] for index in range(count)
    )


def fresh_rows(kind: str, old: EngineSpec, new: EngineSpec) -> list[int]:
    """Rows of a kind that have another tenant in the new specification than in the old."""
    return [index for index, is_kept in _tenancies(kind, old, new) if not is_kept]


def kept_rows(kind: str, old: EngineSpec, new: EngineSpec) -> list[int]:
    """Rows of a kind that have the same tenant in both specifications."""
    return [index for index, is_kept in _tenancies(kind, old, new) if is_kept]


def _tenancies(kind: str, old: EngineSpec, new: EngineSpec) -> list[tuple[int, bool]]:
    """Each row of a kind that has a tenant in the new specification, and whether it had him before."""
    return sorted(
        (index, old.owners.get((is_of, index)) == owner)
        for (is_of, index), owner in new.owners.items()
        if is_of == kind
    )


def grow(
    memory: Memory,
    old: EngineSpec,
    new: EngineSpec,
    moved: Mapping[int, int],
    publish: Callable[[int, int], object],
) -> None:
    """Write the rows that have another tenant, then count them.  Thread: control, while the kernel renders.

    Parameters
    ----------
    memory : Memory
        Of the engine.
    old, new : EngineSpec
        What it holds, and what it is to hold: `merged` of the old and something else.
    moved : Mapping
        New row to old row of each parameter that has changed its place: its value goes with it.
    publish : callable
        Stores a word at an address so that all written before it is seen with it.
    """
    _grow_parameters(memory, old, new, moved, publish)
    for index in fresh_rows("bus", old, new):
        free_bus(memory["buses"], index)
        fill_bus(memory["buses"], index, new.buses[index])
        settle_bus(memory["buses"], index, new.mappings, memory["parameters"])
    next_group = int(memory.head["voice_groups"])
    for index in fresh_rows("instrument", old, new):
        is_added, first = index >= len(old.instruments), int(memory["instruments"][index]["first_group"])
        memory.fill_instrument(index, new.instruments[index], next_group if is_added else first)
        next_group += voice_groups_of(new.instruments[index].voices) if is_added else 0
    memory.spec = new
    for name, value in memory.counts(new).items():
        if name != "mapping_count":  # counted when the curves are shown
            publish(memory.address_of(name), value)


def _grow_parameters(
    memory: Memory,
    old: EngineSpec,
    new: EngineSpec,
    moved: Mapping[int, int],
    publish: Callable[[int, int], object],
) -> None:
    fresh = fresh_rows("parameter", old, new)
    if any(new.parameters[index].program is not None for index in fresh):
        rows = memory.fresh("programs")
        rows[:] = memory["programs"]
        for index in fresh:
            fill_program(rows[index], new.parameters[index])
        memory.show("programs", rows, publish)
    records = memory["parameters"]
    for index in fresh:
        memory["mailbox"][:, index], memory["slots"][:, index], memory["slot_seen"][index] = 0, 0, 0
        fill_new_parameter(records[index], new.parameters[index], index, new.sample_rate)
        records[index]["has_arrived"] = records[index]["is_stale"] = 0
        records[index]["arrival_frame"] = memory.head["frame"]
    for index, before in moved.items():
        _move_parameter(memory, index, before)
    for index in {*fresh, *moved}:
        # the conductor may still be in ticks of before it came
        memory["history"][:, index] = (records[index]["value"], 0.0, 0.0)


def _move_parameter(memory: Memory, index: int, before: int) -> None:
    """Let a parameter go on in another row: with what it was sent, and with what waits for it on the stage.

    Its value goes on from where it is; one that nobody has sent goes to its default.
    """
    record, old = memory["parameters"][index], memory["parameters"][before]
    memory["mailbox"][:, index] = memory["mailbox"][:, before]
    memory["slots"][:, index] = memory["slots"][:, before]
    memory["slot_seen"][index] = memory["slot_seen"][before]
    for name in ("value", "arrival_frame", "has_arrived", "is_stale"):
        record[name] = old[name]
    record["target"] = old["target"] if old["has_arrived"] else record["default"]
