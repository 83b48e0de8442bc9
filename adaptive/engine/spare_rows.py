"""Adds rows to an engine while it plays: in spare rows, or in rows whose owner was removed and fell silent.

The memory is allocated with spare rows (`spec.SpareRows`).  The kernel reads no row beyond the counts in the
header.  A spare row is written first and counted afterwards, by one store that also makes all earlier writes
visible.  A row whose owner was removed may be reused once it is at rest.  The kernel still reads such a row,
but nothing of it is audible, and the values the kernel itself writes there (gains that follow the settings)
are correct again from the next quantum on.

Counts never shrink: what is removed from a preset decays in its row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from adaptive.engine.cells import settle
from adaptive.engine.latency import latencies
from adaptive.engine.memory import Memory
from adaptive.engine.records import fill_new_parameter, fill_program, reset_bus
from adaptive.engine.spec import EngineRow, EngineSpec, SpareRows
from adaptive.kernel import layout as k


def is_at_rest(memory: Memory, row: EngineRow) -> bool:
    """Whether a row is silent and stays silent unless a scheduled command uses it.

    A bus is at rest if it has been silent for half a second (`QUIET_QUANTA`) and no clip or voice plays on
    it, not even a silent one.  The caller must keep rows for which commands are scheduled: those of layouts
    still in use and of stingers to come.
    """
    kind, index = row
    group, column = index // k.PAIRS, index % k.PAIRS
    if kind == "bus":
        if memory.head["spare_first"] <= group < memory.head["spare_end"]:
            return True
        is_silent = memory["buses"][group]["silent_quanta"][column] > k.QUIET_QUANTA
        clips, instruments = memory["clips"], memory.instruments
        has_clips = ((clips["state"] != 0) & (clips["bus"] == index)).any()
        return bool(
            is_silent
            and not has_clips
            and all(instruments.is_at_rest(row) for row in instruments.on_bus(index))
        )
    if kind == "clip":
        return bool(memory["clips"][group]["state"][column] == 0)
    return kind != "instrument" or memory.instruments.is_at_rest(index)


def merged(old: EngineSpec, new: EngineSpec) -> EngineSpec:
    """Return the specification of an engine after adding another; rows the new one does not own stay."""
    owned = set(new.owners)
    clips = max(old.clips, new.clips)
    instruments = _merge("instrument", owned, old.instruments, new.instruments)
    parameters = _merge("parameter", owned, old.parameters, new.parameters)
    # The memory does not grow: rows in use and spare rows always add up to the same number.
    spare = SpareRows(
        old.clips + old.spare_rows.clips - clips,
        len(old.instruments) + old.spare_rows.instruments - len(instruments),
        len(old.parameters) + old.spare_rows.parameters - len(parameters),
        len(old.mappings) + old.spare_rows.mappings - len(new.mappings),
        sends_left(old, new),
    )
    return replace(
        new,
        clips=clips,
        buses=_merge("bus", owned, old.buses, new.buses),
        instruments=instruments,
        parameters=parameters,
        spare_rows=spare,
        spare_buses=range(
            max(old.spare_buses.start, new.spare_buses.start), max(old.spare_buses.stop, new.spare_buses.stop)
        ),
        is_elastic=old.is_elastic or new.is_elastic,
        owners={**old.owners, **new.owners},
    )


def sends_left(old: EngineSpec, new: EngineSpec) -> int:
    """Return how many rows of sends are spare after adding a specification; negative: it does not fit.

    A send that an edit takes away keeps its row until its bus has another owner.
    """
    fresh, left = set(fresh_rows("bus", old, new)), old.spare_rows.sends
    for index, bus in enumerate(new.buses):
        if ("bus", index) not in new.owners:
            continue
        before = set(old.buses[index].sends) if index < len(old.buses) else set()
        left += len(before) - len(bus.sends) if index in fresh else -len(set(bus.sends) - before)
    return left


def _merge(kind: str, owned: set[EngineRow], old: Any, new: Any) -> tuple[Any, ...]:
    count = max(len(old), len(new))
    return tuple(
        new[index] if (kind, index) in owned or index >= len(old) else old[index] for index in range(count)
    )


def fresh_rows(kind: str, old: EngineSpec, new: EngineSpec) -> list[int]:
    """Return the rows of a kind whose owner in the new specification is not their owner in the old."""
    return [index for index, is_kept in _owned_rows(kind, old, new) if not is_kept]


def kept_rows(kind: str, old: EngineSpec, new: EngineSpec) -> list[int]:
    """Return the rows of a kind that have the same owner in both specifications."""
    return [index for index, is_kept in _owned_rows(kind, old, new) if is_kept]


def _owned_rows(kind: str, old: EngineSpec, new: EngineSpec) -> list[tuple[int, bool]]:
    """Return each owned row of a kind in the new specification, and whether it had the same owner before."""
    return sorted(
        (index, old.owners.get((row_kind, index)) == owner)
        for (row_kind, index), owner in new.owners.items()
        if row_kind == kind
    )


def grow(
    memory: Memory,
    old: EngineSpec,
    new: EngineSpec,
    moved: Mapping[int, int],
    publish: Callable[[int, int], object],
) -> None:
    """Write the rows that have a new owner, then count them.  Thread: control, while the kernel renders.

    Parameters
    ----------
    memory : Memory
        Memory of the engine.
    old, new : EngineSpec
        Present specification, and the result of `merged` with the one to add.
    moved : Mapping
        Maps the new row to the old row of each parameter that changes its row; its value is copied.
    publish : callable
        Stores a word at an address with release semantics.
    """
    _grow_parameters(memory, old, new, moved, publish)
    memory.spec, memory.latencies = new, latencies(new)
    memory.inserts.free_dropped()
    memory.instruments.free_replaced()
    for index in fresh_rows("instrument", old, new):  # before the buses, whose curves set them
        memory.instruments.begin(index, new.instruments[index])
    for index in fresh_rows("bus", old, new):
        reset_bus(memory["buses"], index)
        memory.sends.forget(index)
        memory.connect_bus(index, new.buses[index])
        memory.begin_inserts(index, new.buses[index])
        settle(memory, index, new.mappings)
    # before the counts: the kernel may give a command only to a bus that has a step to carry it out
    memory.show_steps(publish)
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
        # The conductor may still read control steps from before the parameter was added.
        memory["history"][:, index] = (
            records[index]["value"],
            0.0,
            0.0,
            records[index]["target"],
            records[index]["sent"],
        )


_MOVED = (
    "value", "arrival_frame", "has_arrived", "is_stale", "sent", "cadence", "is_refused", "accepted",
    "readings", "readings_taken", "is_doubtful", "refused_count", "activity", "is_slow",
)  # fmt: skip
"""What of a parameter goes on in another row."""


def _move_parameter(memory: Memory, index: int, before: int) -> None:
    """Copy a parameter to another row, with its slots and the values that wait in the mailbox.

    Its value continues from where it is; the target of a parameter that was never set is its default.
    """
    record, old = memory["parameters"][index], memory["parameters"][before]
    memory["mailbox"][:, index] = memory["mailbox"][:, before]
    memory["slots"][:, index] = memory["slots"][:, before]
    memory["slot_seen"][index] = memory["slot_seen"][before]
    for name in _MOVED:
        record[name] = old[name]
    record["target"] = old["target"] if old["has_arrived"] else record["default"]
