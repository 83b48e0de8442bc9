"""Buses: gain, ducking gain, pan, low-pass, sends and a meter.

The mixer channels of layers and the buses they are routed to are rows of one record, called buses here.
Eight stereo buses form a group of sixteen lanes.  A bus feeds a bus of a later group, or the master.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.bus_record import BUS_GROUP
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.late_rows import late_row, right_of, ring_of, write_rows
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, pan_left, pan_right
from adaptive.kernel.dsp.meter import energy_of_pair, measure_row
from adaptive.kernel.dsp.ramps import (
    add_quantum,
    aim_filter,
    ramp_at,
    rest_filter,
    scale_line,
    scale_quantum,
    set_filter,
)
from adaptive.kernel.dsp.rows import add_row, copy_rows
from adaptive.kernel.holds import settle_cell
from adaptive.kernel.layout import (
    BUS_CUTOFF,
    BUS_DUCK,
    BUS_GAIN,
    BUS_PAN,
    CUTOFF_OPEN_HZ,
    LINEAR,
    PAIRS,
    PANNED,
    QUANTUM,
    QUIET_QUANTA,
    SEND,
)
from adaptive.kernel.processors.lowpass import filter_rows

Q = np.int64(QUANTUM)
OPEN = F32(CUTOFF_OPEN_HZ)
FLOAT = np.int64(4)
ROW = FLOAT * Q
PAIR = np.int64(2) * ROW
INVALID = F32(-1.0)
TO_PANNER = np.int64(PANNED)
TOO_LOUD = F32(1e12)  # energy of a quantum of both channels; full scale is 128
GROUP_BYTES, FILTER_OFFSET = np.int64(BUS_GROUP.itemsize), np.int64(BUS_GROUP.fields["filter"][1])
PEAK_OFFSET, SQUARE_OFFSET = (np.int64(BUS_GROUP.fields[name][1]) for name in ("peak", "square"))
SEND_BYTES, WANTED_OFFSET = np.int64(SEND.itemsize), np.int64(SEND.fields["wanted"][1])
GAIN_CELL, PAN_CELL, CUTOFF_CELL = (
    np.int64(BUS_GROUP.fields[name][1]) for name in ("control_gain", "control_pan", "control_cutoff")
)
QUIET = np.int32(QUIET_QUANTA)
WAKE = np.int32(16)
"""Quanta of silence, 21 ms at 48 kHz, after which nothing of a bus is heard that a jump could harm."""


@rtsafe
def gain_now(group: Any, column: int, frame: int) -> float:
    """Gain of the conductor's ramp at a frame."""
    return ramp_at(
        group["gain_from"][column], group["gain_to"][column], group["gain_start"][column],
        group["gain_frames"][column], group["gain_shape"][column], frame,
    )  # fmt: skip


@rtsafe
def duck_now(group: Any, column: int, frame: int) -> float:
    """Gain of the ducking ramp at a frame."""
    return ramp_at(
        group["duck_from"][column], group["duck_to"][column], group["duck_start"][column],
        group["duck_frames"][column], group["duck_shape"][column], frame,
    )  # fmt: skip


@rtsafe
def pan_now(group: Any, column: int, frame: int) -> float:
    """Pan of the conductor's ramp at a frame."""
    return ramp_at(
        group["pan_from"][column], group["pan_to"][column], group["pan_start"][column],
        group["pan_frames"][column], np.int32(LINEAR), frame,
    )  # fmt: skip


@rtsafe
def cutoff_now(group: Any, column: int, frame: int) -> float:
    """Cutoff in Hz at a frame: the lower of the conductor's ramp and the value a parameter sets."""
    cutoff = ramp_at(
        group["cutoff_from"][column], group["cutoff_to"][column], group["cutoff_start"][column],
        group["cutoff_frames"][column], np.int32(LINEAR), frame,
    )  # fmt: skip
    return min(cutoff, group["control_cutoff"][column])


@rtsafe
def command_bus(group: Any, column: int, command: Any, frame: int) -> None:
    """Apply one command at its frame: it starts a ramp from the present value to a target."""
    operation = command["operation"]
    to, frames = command["f0"], command["i0"]
    if operation == BUS_GAIN:
        group["gain_from"][column] = gain_now(group, column, frame)
        group["gain_to"][column] = to
        group["gain_start"][column] = frame
        group["gain_frames"][column] = frames
        group["gain_shape"][column] = np.int32(command["i1"])
    elif operation == BUS_DUCK:
        group["duck_from"][column] = duck_now(group, column, frame)
        group["duck_to"][column] = to
        group["duck_start"][column] = frame
        group["duck_frames"][column] = frames
        group["duck_shape"][column] = np.int32(command["i1"])
    elif operation == BUS_PAN:
        group["pan_from"][column] = pan_now(group, column, frame)
        group["pan_to"][column] = to
        group["pan_start"][column] = frame
        group["pan_frames"][column] = frames
    elif operation == BUS_CUTOFF:
        group["cutoff_from"][column] = cutoff_now(group, column, frame)
        group["cutoff_to"][column] = to
        group["cutoff_start"][column] = frame
        group["cutoff_frames"][column] = frames


@rtsafe
def move_controls(group: Any, share: float) -> None:
    """Move level and pan towards the values that parameters set, lane by lane."""
    for column in range(PAIRS):
        now = group["control_gain_now"][column]
        group["control_gain_now"][column] = now + (group["control_gain"][column] - now) * share
        now = group["control_pan_now"][column]
        group["control_pan_now"][column] = now + (group["control_pan"][column] - now) * share


@rtsafe
def move_sends(group: Any, column: int, sends: Any, share: float) -> None:
    """Move the sends of a bus towards their gains."""
    number = group["first_send"][column]
    while number >= 0:
        send = sends[number]
        send["now"] += (send["wanted"] - send["now"]) * share
        number = send["next"]


@rtsafe
def aim_pan(group: Any, column: int, frame: int) -> None:
    """Update the channel gains of a bus for its pan at a frame, if that has changed."""
    pan = min(max(pan_now(group, column, frame) + group["control_pan_now"][column], -ONE), ONE)
    if pan != group["pan_aimed"][column]:
        group["pan_aimed"][column] = pan
        group["pan_gain"][np.int64(2) * column] = pan_left(pan)
        group["pan_gain"][np.int64(2) * column + np.int64(1)] = pan_right(pan)


@rtsafe
def scale_piece(group: Any, column: int, audio: int, first: int, last: int, frame: int) -> None:
    """Apply gain, ducking, pan and parameters to frames `first` … `last` of a bus, along straight lines."""
    end = frame + Q
    gain = gain_now(group, column, end) * duck_now(group, column, end)
    gain *= group["control_gain_now"][column]
    aim_pan(group, column, end)
    share = ONE / F32(Q - first)
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        value = group["line_value"][lane]
        goal = gain * group["pan_gain"][lane]
        step = (goal - value) * share
        row = audio + ROW * side
        if first == 0 and last == Q:
            scale_quantum(row, value, step)
        else:
            scale_line(row + FLOAT * first, last - first, value, step)
        group["line_value"][lane] = goal if last == Q else value + step * F32(last - first)


@rtsafe
def scale_bus(group: Any, column: int, audio: int, entries: Any, frame: int) -> None:
    """Apply the gains of a bus for one quantum, split into pieces at the frames of its commands."""
    first = np.int64(0)
    event = group["first_event"][column]
    while event >= 0:
        at = np.int64(entries[event]["offset"])
        if at > first:
            scale_piece(group, column, audio, first, at, frame)
            first = at
        command_bus(group, column, entries[event]["command"], frame + at)
        event = entries[event]["event_next"]
    group["first_event"][column] = np.int32(-1)
    scale_piece(group, column, audio, first, Q, frame)


@rtsafe
def apply_commands(group: Any, column: int, entries: Any, frame: int) -> None:
    """Apply the commands of a bus that is silenced in this quantum: their entries are freed at its end."""
    event = group["first_event"][column]
    while event >= 0:
        at = np.int64(entries[event]["offset"])
        command_bus(group, column, entries[event]["command"], frame + at)
        event = entries[event]["event_next"]
    group["first_event"][column] = np.int32(-1)


@rtsafe
def measure(address: int, column: int, audio: int, share: float) -> None:
    """Update peak and mean square of both channels of a bus; `address` is that of its group."""
    for side in range(np.int64(2)):
        lane = FLOAT * (np.int64(2) * column + side)
        measure_row(audio + ROW * side, address + PEAK_OFFSET + lane, address + SQUARE_OFFSET + lane, share)


@rtsafe
def silence(group: Any, column: int, audio: Any) -> None:
    """Silence a bus with invalid samples and clear its state; its gain line starts at 0, so it fades in."""
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["filter"]["low"][lane] = ZERO
        group["filter"]["band"][lane] = ZERO
        group["line_value"][lane] = ZERO
        group["square"][lane] = ZERO
        group["peak"][lane] = ZERO
        for i in range(Q):
            audio[side, i] = ZERO


@rtsafe
def loudness_of(address: int) -> float:
    """Energy of both channels of a bus; not finite, or above `TOO_LOUD`, if its samples are invalid."""
    return energy_of_pair(address)


@rtsafe
def is_resting(group: Any, column: int, loudness: float) -> bool:
    """Whether a bus has had no input for `QUIET_QUANTA` and has no command in this quantum."""
    if group["first_event"][column] >= 0:
        return False
    if loudness != ZERO:
        group["silent_quanta"][column] = np.int32(0)
        return False
    group["silent_quanta"][column] += np.int32(1)
    return group["silent_quanta"][column] > QUIET


@rtsafe
def is_any_active(group: Any, count: int) -> bool:
    """Whether any bus of the group is active: the filter of a bus that is silent for long has decayed."""
    active = np.int32(0)
    for column in range(count):
        is_silent = group["loudness"][column] == ZERO and group["silent_quanta"][column] > QUIET
        active += np.int32(0) if is_silent else np.int32(1)
    return active > 0


@rtsafe
def prepare_filters(group: Any, frame: int, sample_rate: float, is_active: bool) -> bool:
    """Set the filter ramps of a group for this quantum; return whether any filter has to run.

    The filters of a silent group still follow their cutoff: a filter's state must not depend on whether
    other buses of its group are active.
    """
    is_any = False
    for column in range(np.int64(PAIRS)):
        cutoff = cutoff_now(group, column, frame + Q)
        if cutoff >= OPEN:
            rest_filter(group["filter"], column)
            group["is_filtered"][column] = np.int32(0)
            continue
        if group["is_filtered"][column] == 0:
            set_filter(group["filter"], column, OPEN, sample_rate)
            group["is_filtered"][column] = np.int32(2)
        if is_active:
            aim_filter(group["filter"], column, cutoff, sample_rate, Q)
            is_any = True
        elif cutoff != group["filter"]["aimed_hz"][column]:
            set_filter(group["filter"], column, cutoff, sample_rate)
    return is_any


@rtsafe
def filter_group(group: Any, filter_address: int, buses: Any, base: int, first: int, count: int) -> None:
    """Run the filters of a group of buses, sixteen rows at a time.

    The last group may have fewer buses; the memory still holds sixteen rows for it.
    """
    for column in range(count):
        is_on = np.int32(0) if group["is_filtered"][column] == 0 else np.int32(1)
        for side in range(np.int64(2)):
            lane = np.int64(2) * column + side
            group["filter"]["is_on"][lane] = is_on
            if group["is_filtered"][column] == 2:
                group["filter"]["low"][lane] = buses[first + column, side, np.int64(0)]
                group["filter"]["band"][lane] = ZERO
        group["is_filtered"][column] = is_on
    filter_rows(filter_address, base + PAIR * first)


@rtsafe
def delay_input(group: Any, column: int, row: int, frame: int) -> None:
    """Replace what the sources of a bus played into its row by what they played some frames ago."""
    ring, frames, delay = ring_of(group["input_ring"][column])
    write_rows(ring, frames, frame, row)
    left = late_row(ring, frames, frame, delay)
    copy_rows(row, left, np.int64(1))
    copy_rows(row + ROW, right_of(left, frames), np.int64(1))


@rtsafe
def sides_of(group: Any, column: int, source: int, delay: int, frame: int) -> tuple[int, int]:
    """Addresses of both rows of a finished bus, as they were some frames ago."""
    if delay == 0:
        return source, source + ROW
    ring, frames, _ = ring_of(group["output_ring"][column])
    left = late_row(ring, frames, frame, delay)
    return left, right_of(left, frames)


@rtsafe
def route(
    group: Any, column: int, sends: Any, buses: int, master: int, index: int, channels: int, frame: int
) -> None:
    """Add a finished bus to its output and its sends; `buses` and `master` are addresses."""
    output = np.int64(group["output"][column])
    source = buses + PAIR * index
    if group["output_ring"][column] != 0:
        ring, frames, _ = ring_of(group["output_ring"][column])
        write_rows(ring, frames, frame, source)
    left, right = sides_of(group, column, source, group["output_delay"][column], frame)
    first = np.int64(group["channel"][column])
    if output >= 0:
        to = buses + PAIR * output
        add_row(to, left)
        add_row(to + ROW, right)
    elif output == TO_PANNER:  # which comes behind all buses
        pass
    elif first + np.int64(1) < channels:
        add_row(master + ROW * first, left)
        add_row(master + ROW * (first + np.int64(1)), right)
    else:  # the last of an odd number of channels: both sides at half level
        add_quantum(master + ROW * first, left, HALF, ZERO)
        add_quantum(master + ROW * first, right, HALF, ZERO)
    number = group["first_send"][column]
    while number >= 0:
        send = sends[number]
        now, before = send["now"], send["value"]
        if now > F32(1e-5) or before > F32(1e-5):
            step = (now - before) / F32(QUANTUM)
            to = buses + PAIR * np.int64(send["to"])
            left, right = sides_of(group, column, source, send["delay"], frame)
            add_quantum(to, left, before, step)
            add_quantum(to + ROW, right, before, step)
        send["value"] = now
        number = send["next"]


@rtsafe
def follow_lines(group: Any, column: int, sends: Any, frame: int, share: float) -> None:
    """Move the gain lines of a silent bus to where they are at a frame, so that it starts without a step."""
    gain = gain_now(group, column, frame) * duck_now(group, column, frame)
    gain *= group["control_gain_now"][column]
    aim_pan(group, column, frame)
    lane = np.int64(2) * column
    group["line_value"][lane] = gain * group["pan_gain"][lane]
    group["line_value"][lane + np.int64(1)] = gain * group["pan_gain"][lane + np.int64(1)]
    number = group["first_send"][column]
    while number >= 0:
        sends[number]["value"] = sends[number]["now"]
        number = sends[number]["next"]
    group["square"][lane] *= ONE - share
    group["square"][lane + np.int64(1)] *= ONE - share


@rtsafe
def wake(group: Any, number: int, column: int, header: Any) -> None:
    """Set what moves in a bus that was silent to where it moves, as a sound begins in it.

    So what was told together with the sound holds from its first frame on.
    """
    frame, at = header["frame"], header["at_buses"] + number * GROUP_BYTES + FLOAT * column
    settle_cell(header, at + GAIN_CELL)
    settle_cell(header, at + PAN_CELL)
    settle_cell(header, at + CUTOFF_CELL)
    group["control_gain_now"][column] = group["control_gain"][column]
    group["control_pan_now"][column] = group["control_pan"][column]
    sends = carray(pointer(header["at_sends"]), header["send_count"], SEND)
    send = np.int64(group["first_send"][column])
    while send >= 0:
        settle_cell(header, header["at_sends"] + send * SEND_BYTES + WANTED_OFFSET)
        sends[send]["now"] = sends[send]["wanted"]
        send = np.int64(sends[send]["next"])
    cutoff = cutoff_now(group, column, frame)
    if cutoff < OPEN:
        set_filter(group["filter"], column, cutoff, F32(header["sample_rate"]))
        group["is_filtered"][column] = np.int32(1)
    follow_lines(group, column, sends, frame, ZERO)


@rtsafe
def columns_of(number: int, header: Any) -> int:
    """Number of buses in a group: eight, or fewer in the last one."""
    return min(np.int64(PAIRS), header["bus_count"] - number * np.int64(PAIRS))


@rtsafe
def begin_group(group: Any, number: int, buses: Any, header: Any, telemetry: Any) -> None:
    """Render what comes before the inserts: silence invalid input, then apply the low-pass filters."""
    frame, base = header["frame"], header["at_bus_audio"]
    first, count = number * np.int64(PAIRS), columns_of(number, header)
    move_controls(group, header["control_share"])
    for column in range(count):
        if group["input_ring"][column] != 0:
            delay_input(group, column, base + PAIR * (first + column), frame)
        group["loudness"][column] = loudness_of(base + PAIR * (first + column))
        if not (group["loudness"][column] < TOO_LOUD):
            telemetry["not_finite"] += np.int64(1)
            silence(group, column, buses[first + column])
            group["loudness"][column] = INVALID
        elif group["loudness"][column] != ZERO and group["silent_quanta"][column] >= WAKE:
            wake(group, number, column, header)
    if prepare_filters(group, frame, F32(header["sample_rate"]), is_any_active(group, count)):
        filter_address = header["at_buses"] + number * GROUP_BYTES + FILTER_OFFSET
        filter_group(group, filter_address, buses, base, first, count)


@rtsafe
def end_group(group: Any, number: int, columns: int, entries: Any, header: Any) -> None:
    """Render what comes after the inserts: gain, pan and meters, then mix into output and sends.

    Only the columns whose bits are set in `columns` are rendered.
    """
    frame, base = header["frame"], header["at_bus_audio"]
    first, count = number * np.int64(PAIRS), columns_of(number, header)
    group_address = header["at_buses"] + number * GROUP_BYTES
    sends = carray(pointer(header["at_sends"]), header["send_count"], SEND)
    for column in range(count):
        if columns & (np.int64(1) << column) == 0:
            continue
        index = first + column
        move_sends(group, column, sends, header["control_share"])
        if group["loudness"][column] == INVALID:
            apply_commands(group, column, entries, frame)
            if group["output_ring"][column] != 0:  # what came before is still on its way
                route(group, column, sends, base, header["at_master_audio"], index, header["channels"], frame)
            continue  # its gain line stays at 0 and rises in the next quantum
        if group["has_inserts"][column] == 1:
            group["loudness"][column] = loudness_of(base + PAIR * index)
        if is_resting(group, column, group["loudness"][column]):
            follow_lines(group, column, sends, frame + Q, header["meter_share"])
            continue
        scale_bus(group, column, base + PAIR * index, entries, frame)
        measure(group_address, column, base + PAIR * index, header["meter_share"])
        route(group, column, sends, base, header["at_master_audio"], index, header["channels"], frame)
