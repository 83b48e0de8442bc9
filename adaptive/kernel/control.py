"""Before and after a quantum is rendered: dispatch commands, read parameters, send replies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.atomic import store_release
from adaptive.kernel.bus_record import BUS_GROUP
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32
from adaptive.kernel.dsp.ramps import ramp_at
from adaptive.kernel.holds import apply_holds, hold_cell
from adaptive.kernel.layout import (
    CELL_HOLD,
    CONTROL_STEP_QUANTA,
    ENTRY,
    HEADER,
    HISTORY_COLUMNS,
    LINEAR,
    MAPPING,
    MASTER,
    MASTER_GAIN,
    PAIRS,
    PARAMETER,
    PROGRAM,
    QUANTUM,
    RECEIVER_SOURCE,
    REPLY_DONE,
    SET_CADENCE,
    SET_PARAMETER,
    SET_TEMPO,
    TELEMETRY,
)
from adaptive.kernel.operations import OF_BUSES, OF_CLIPS, OF_INSTRUMENTS
from adaptive.kernel.osc_receiver import take_mailbox
from adaptive.kernel.parameters import (
    apply_mappings,
    read_slots,
    record_step,
    update_parameters,
)
from adaptive.kernel.schedule import (
    FILING_LIMIT,
    drain_ring,
    has_arrived,
    release_entry,
    reply,
    take_bucket,
    unlink_bucket,
    unlink_group,
)
from adaptive.kernel.sources.clip_record import CLIP_GROUP
from adaptive.kernel.sources.source_record import INSTRUMENT_HEAD

Q = np.int64(QUANTUM)
STEPS_OFFSET = int(HEADER.fields["steps_recorded"][1])


@rtsafe
def fade_master(master: Any, command: Any, frame: int) -> None:
    """Start a fade of the whole mix at the start of the quantum."""
    master["gain_from"] = ramp_at(
        master["gain_from"], master["gain_to"], master["gain_start"], master["gain_frames"],
        np.int32(LINEAR), frame,
    )  # fmt: skip
    master["gain_to"] = command["f0"]
    master["gain_start"] = frame
    master["gain_frames"] = command["i0"]


@rtsafe
def prepend_event(first: int, entries: Any, item: int) -> int:
    """Prepend an event to the list of its object; return the new first event."""
    entries[item]["event_next"] = first
    return item


@rtsafe
def apply_directly(
    header: Any, entries: Any, item: int, master: Any, slots: Any, parameters: Any, frame: int
) -> None:
    """Apply a command whose object is not rendered in pieces: a parameter, the tempo, the master, a cell."""
    command = entries[item]["command"]
    if command["operation"] == SET_PARAMETER:
        # one 64-bit word: float bits in the lower half, arrival number in the upper
        source, target = np.int64(command["which"]), np.int64(command["target"])
        word = np.uint64(command["i0"])
        before = np.uint32(slots[source, target] >> np.uint64(32))
        # a value that has arrived since the commit was posted is newer and stays
        if before == 0 or np.int32(np.uint32(word >> np.uint64(32)) - before) >= 0:
            slots[source, target] = word
    elif command["operation"] == SET_TEMPO:
        header["tempo_bpm"] = np.float64(command["f0"])
    elif command["operation"] == SET_CADENCE:
        parameters[np.int64(command["target"])]["cadence"] = command["f0"]
    elif command["operation"] == MASTER_GAIN:
        fade_master(master, command, frame)
    elif command["operation"] == CELL_HOLD:
        hold_cell(header, command, frame if entries[item]["offset"] == 0 else frame + Q)


@rtsafe
def dispatch_command(header: Any, entries: Any, item: int, clips: Any, instruments: Any, buses: Any) -> None:
    """Add one command to the event list of its object, which applies it at its frame."""
    command = entries[item]["command"]
    bit, target = np.int64(1) << np.int64(command["operation"]), command["target"]
    if bit & OF_CLIPS:
        group, column = clips[target // np.int32(PAIRS)], target % np.int32(PAIRS)
        group["first_event"][column] = prepend_event(group["first_event"][column], entries, item)
    elif bit & OF_INSTRUMENTS:
        instrument = carray(pointer(instruments[target]), np.int64(1), INSTRUMENT_HEAD)[0]
        instrument["first_event"] = prepend_event(instrument["first_event"], entries, item)
    elif bit & OF_BUSES:
        number = target // np.int32(PAIRS)
        if header["spare_first"] <= number < header["spare_end"]:
            return  # spare rows are not rendered: the entry would be freed while it is still in their list
        group, column = buses[number], target % np.int32(PAIRS)
        group["first_event"][column] = prepend_event(group["first_event"][column], entries, item)


@rtsafe
def drain_rings(header: Any, telemetry: Any, entries: Any) -> None:
    """File the commands of every producer, in a fixed order, up to `FILING_LIMIT` a quantum."""
    buckets, groups = header["bucket_count"], header["group_count"]
    heads = carray(pointer(header["at_buckets"]), buckets, np.int32)
    tails = carray(pointer(header["at_bucket_tails"]), buckets, np.int32)
    members = carray(pointer(header["at_groups"]), groups, np.int32)
    budget = np.int64(FILING_LIMIT)
    for ring in range(header["ring_count"]):
        # checked here: calling `drain_ring` with its arrays for an empty ring takes 40 ns
        if not has_arrived(header, ring):
            continue
        budget = drain_ring(header, telemetry, entries, heads, tails, members, ring, budget)
    telemetry["scheduled"] = header["entry_count"] - header["free_entries"]


@rtsafe
def dispatch_bucket(
    header: Any, telemetry: Any, entries: Any, order: Any, slots: Any, parameters: Any
) -> int:
    """Dispatch the commands of this quantum to their objects, in order of time; return their number."""
    buckets = header["bucket_count"]
    heads = carray(pointer(header["at_buckets"]), buckets, np.int32)
    if heads[header["frame"] // Q % buckets] < 0:
        return np.int64(0)
    tails = carray(pointer(header["at_bucket_tails"]), buckets, np.int32)
    total = take_bucket(header, telemetry, entries, heads, tails, order)
    clips = carray(pointer(header["at_clips"]), header["clip_groups"], CLIP_GROUP)
    instruments = carray(pointer(header["at_instruments"]), header["instrument_count"], np.int64)
    buses = carray(pointer(header["at_buses"]), header["bus_groups"], BUS_GROUP)
    master = carray(pointer(header["at_master"]), np.int64(1), MASTER)[0]
    frame = header["frame"]
    for number in range(total):
        apply_directly(header, entries, np.int64(order[number]), master, slots, parameters, frame)
    # last to first: each event is prepended to the list of its object
    for number in range(total):
        item = np.int64(order[total - np.int64(1) - number])
        dispatch_command(header, entries, item, clips, instruments, buses)
    return total


@rtsafe
def begin_quantum(header: Any, telemetry: Any) -> None:
    """Do everything that precedes rendering: file and dispatch commands, read parameters, apply mappings."""
    entries = carray(pointer(header["at_entries"]), header["entry_count"], ENTRY)
    order = carray(pointer(header["at_order"]), np.int64(2) * header["entry_count"], np.int32)
    sources, count = header["source_count"], header["parameter_count"]
    capacity = header["parameter_capacity"]
    slots = carray(pointer(header["at_slots"]), (sources, capacity), np.uint64)
    bits = carray(pointer(header["at_slots"]), (sources, np.int64(2) * capacity), np.float32)
    if sources > RECEIVER_SOURCE:
        mailbox = carray(pointer(header["at_mailbox"]), (2, capacity), np.int64)
        take_mailbox(header, header["at_header"], slots[np.int64(RECEIVER_SOURCE)], mailbox[np.int64(1)])
    drain_rings(header, telemetry, entries)
    parameters = carray(pointer(header["at_parameters"]), count, PARAMETER)
    total = dispatch_bucket(header, telemetry, entries, order, slots, parameters)
    header["taken"] = total
    programs = carray(pointer(header["at_programs"]), count, PROGRAM)
    seen = carray(pointer(header["at_slot_seen"]), count, np.uint32)
    ranks = carray(pointer(header["at_source_rank"]), sources, np.int32)
    frame = header["frame"]
    read_slots(header, parameters, slots, bits, seen, ranks, frame)
    update_parameters(header, parameters, programs, frame)
    mappings = carray(pointer(header["at_mappings"]), header["mapping_count"], MAPPING)
    apply_mappings(header, parameters, mappings)
    apply_holds(header)


@rtsafe
def end_quantum(header: Any) -> None:
    """Do everything that follows rendering: reply to and free commands, record the control step, advance."""
    entries = carray(pointer(header["at_entries"]), header["entry_count"], ENTRY)
    order = carray(pointer(header["at_order"]), np.int64(2) * header["entry_count"], np.int32)
    buckets, groups = header["bucket_count"], header["group_count"]
    heads = carray(pointer(header["at_buckets"]), buckets, np.int32)
    tails = carray(pointer(header["at_bucket_tails"]), buckets, np.int32)
    members = carray(pointer(header["at_groups"]), groups, np.int32)
    frame = header["frame"]
    for number in range(header["taken"]):
        item = np.int64(order[number])
        entry = entries[item]
        command = entry["command"]
        if command["tag"] != 0:
            done = frame + np.int64(entry["offset"])
            asked = command["frame"]
            kind = np.int32(REPLY_DONE)
            if not reply(header, kind, command["tag"], asked, done, np.int32(0), F32(0.0)):
                header["replies_lost"] += np.int64(1)
        unlink_group(entries, members, item)
        unlink_bucket(entries, heads, tails, item)
        release_entry(header, entries, item)
    quantum = frame // np.int64(QUANTUM)
    if quantum % np.int64(CONTROL_STEP_QUANTA) == 0:
        parameters = carray(pointer(header["at_parameters"]), header["parameter_count"], PARAMETER)
        shape = (header["history_steps"], header["parameter_capacity"], np.int64(HISTORY_COLUMNS))
        history = carray(pointer(header["at_history"]), shape, np.float32)
        record_step(header, parameters, history, frame)
    header["frame"] = frame + np.int64(QUANTUM)


@rtsafe
def publish_step(header: Any, address: int) -> None:
    """Publish to the conductor, with release ordering, the number of control steps that are rendered."""
    control_steps = header["frame"] // np.int64(QUANTUM * CONTROL_STEP_QUANTA)
    store_release(address + np.int64(STEPS_OFFSET), control_steps)


@rtsafe
def telemetry_of(header: Any) -> Any:
    """The counters of an engine."""
    return carray(pointer(header["at_telemetry"]), np.int64(1), TELEMETRY)[0]
