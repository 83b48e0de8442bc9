"""What every processor does around its own work: move parameters, rest in silence, fade in and out.

A group has eight columns, each an insert of one bus.  A step of the render list processes the columns whose
bits are set in a mask, since two inserts of one bus may share a group and yet not run together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, ZERO
from adaptive.kernel.dsp.meter import energy_of_pair
from adaptive.kernel.dsp.ramps import scale_quantum
from adaptive.kernel.dsp.rows import blend_row, copy_rows
from adaptive.kernel.holds import settle_cell
from adaptive.kernel.layout import LANES, PAIRS, QUANTUM, TELEMETRY

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q
PAIR = np.int64(2) * ROW
BLOCK = ROW * np.int64(LANES)
"""Bytes of a block of scratch memory: sixteen rows."""

RAMP_QUANTA = 32
"""Quanta in which a parameter reaches a new value: 43 ms at 48 kHz; `ratio_of_step` takes a 32nd root.

In half that time a low cut that closes over its range makes -55 dBFS above 2 kHz out of a sine at 100 Hz."""

WET_STEP = F32(1.0 / 15.0)
"""Change of the wet share in a quantum: an insert fades in or out in 20 ms at 48 kHz."""

KEEPS, RESTS, BROKEN = range(3)
"""What becomes of a column's state at the end of a quantum."""

QUIET = F32(1e-10)  # energy of a quantum: -120 dB
TOO_LOUD = F32(1e12)


@rtsafe
def ratio_of_step(ratio: float) -> float:
    """The 32nd root of a positive ratio, by square roots alone: they are exact on every processor."""
    return np.sqrt(np.sqrt(np.sqrt(np.sqrt(np.sqrt(ratio)))))


@rtsafe
def move_parameter(group: Any, row: int, column: int, is_logarithmic: bool) -> bool:
    """Move a parameter by one quantum; return whether it moved."""
    wanted = group["wanted"][row, column]
    if wanted != group["aimed"][row, column]:
        now = group["now"][row, column]
        group["aimed"][row, column] = wanted
        group["steps_left"][row, column] = np.int32(RAMP_QUANTA)
        if is_logarithmic:
            group["step"][row, column] = ratio_of_step(wanted / now)
        else:
            group["step"][row, column] = (wanted - now) * F32(1.0 / RAMP_QUANTA)
    left = group["steps_left"][row, column]
    if left == 0:
        return False
    group["steps_left"][row, column] = left - np.int32(1)
    if left == 1:
        group["now"][row, column] = wanted
    elif is_logarithmic:
        group["now"][row, column] *= group["step"][row, column]
    else:
        group["now"][row, column] += group["step"][row, column]
    return True


@rtsafe
def move_parameters(group: Any, column: int, logarithmic: int) -> None:
    """Move the parameters of a column; bit n of `logarithmic` says that row n moves along ratios.

    What moved while the column rested is still marked when it is processed again.
    """
    for row in range(group["wanted"].shape[0]):
        is_logarithmic = (logarithmic >> row) & np.int64(1) == np.int64(1)
        if group["is_new"][column] == 1:
            if group["now"][row, column] != group["wanted"][row, column]:
                group["is_changed"][column] = np.int32(1)
            group["aimed"][row, column] = group["wanted"][row, column]
            group["now"][row, column] = group["wanted"][row, column]
            group["steps_left"][row, column] = np.int32(0)
        elif move_parameter(group, row, column, is_logarithmic):
            group["is_changed"][column] = np.int32(1)


@rtsafe
def is_any_moving(group: Any) -> bool:
    """Whether a parameter of any column moves or has another aim; one pass instead of a test for each."""
    moving = np.int32(0)
    for row in range(group["wanted"].shape[0]):
        for column in range(PAIRS):
            differs = group["wanted"][row, column] != group["aimed"][row, column]
            moving |= group["steps_left"][row, column] | np.int32(differs)
    return moving != 0


@rtsafe
def row_of(group: Any, column: int, header: Any) -> int:
    """Address of the left row of the bus that a column processes; the right row follows it."""
    return header["at_bus_audio"] + PAIR * np.int64(group["bus"][column])


@rtsafe
def wake(group: Any, column: int, header: Any) -> None:
    """Set the parameters of a column at rest to where they move, as a sound begins in it.

    If any of them is elsewhere, the column begins like a new one; at rest it has nothing left to play.
    """
    first = group["wanted"].ctypes.data + np.int64(4) * column
    for row in range(group["wanted"].shape[0]):
        settle_cell(header, first + np.int64(4 * PAIRS) * row)
        if group["now"][row, column] != group["wanted"][row, column]:
            group["is_new"][column] = np.int32(1)


@rtsafe
def begin_column(group: Any, column: int, header: Any, logarithmic: int, is_moving: bool) -> bool:
    """Prepare a column for a quantum; return whether it has to be processed.

    A resting column still follows its parameters, so that it starts with the right ones; `is_moving` says
    whether any of the group's do.
    """
    row = row_of(group, column, header)
    is_heard = energy_of_pair(row) > ZERO
    if is_moving or group["is_new"][column] == 1:
        if is_heard and group["is_resting"][column] == 1:
            wake(group, column, header)
        move_parameters(group, column, logarithmic)
    if is_heard:
        group["quiet_quanta"][column] = np.int32(0)
        group["is_resting"][column] = np.int32(0)
    is_run = group["is_resting"][column] == 0
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["is_run"][lane] = np.int32(-1) if is_run else np.int32(0)
        group["rows"][lane] = row + ROW * side
    if is_run and (group["wet_now"][column] != ONE or group["wet_wanted"][column] != ONE):
        copy_rows(dry_rows(header, column), row, np.int64(2))
    return is_run


@rtsafe
def skip_column(group: Any, column: int, header: Any) -> None:
    """Leave a column out of this quantum: its lanes read and write a row of scratch memory."""
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["is_run"][lane] = np.int32(0)
        group["rows"][lane] = header["at_lanes"] + BLOCK


@rtsafe
def begin_columns(group: Any, columns: int, header: Any, logarithmic: int) -> int:
    """Prepare the columns of a mask; return the mask of those that have to be processed."""
    run, is_moving = np.int64(0), is_any_moving(group)
    for column in range(np.int64(PAIRS)):
        bit = np.int64(1) << column
        if columns & bit and begin_column(group, column, header, logarithmic, is_moving):
            run |= bit
        else:
            skip_column(group, column, header)
    return run


@rtsafe
def clear_memory(group: Any, column: int, first: int) -> None:
    """Write zeros to the memory of a column, from float number `first` on."""
    count = group["memory_frames"][column] - first
    memory = carray(pointer(group["memory"][column] + np.int64(4) * first), count, np.float32)
    for i in range(count):
        memory[i] = ZERO


@rtsafe
def dry_rows(header: Any, column: int) -> int:
    """Address of the scratch memory in which the input of a column waits to be blended with its output."""
    return header["at_lanes"] + np.int64(2) * BLOCK + PAIR * column


@rtsafe
def blend(group: Any, column: int, header: Any) -> None:
    """Fade between the input and the output of a column along a straight line."""
    before, wanted = group["wet_now"][column], group["wet_wanted"][column]
    if before == ONE and wanted == ONE:
        return
    now = min(before + WET_STEP, wanted) if wanted > before else max(before - WET_STEP, wanted)
    group["wet_now"][column] = now
    row, dry = row_of(group, column, header), dry_rows(header, column)
    for side in range(np.int64(2)):
        wet = row + ROW * side
        blend_row(wet, dry + ROW * side, wet, before, now)


@rtsafe
def hush(group: Any, column: int, header: Any) -> None:
    """Silence a column whose output is invalid, count that, and let it fade in again."""
    audio = carray(pointer(row_of(group, column, header)), np.int64(2) * Q, np.float32)
    for i in range(np.int64(2) * Q):
        audio[i] = ZERO
    group["hushed"][column] = ONE
    telemetry = carray(pointer(header["at_telemetry"]), np.int64(1), TELEMETRY)[0]
    telemetry["not_finite"] += np.int64(1)


@rtsafe
def rise(group: Any, column: int, header: Any) -> None:
    """Fade a column in, after its output was invalid, along straight lines in 20 ms."""
    before = group["hushed"][column]
    if before == ZERO:
        return
    now = max(before - WET_STEP, ZERO)
    group["hushed"][column] = now
    row, step = row_of(group, column, header), (before - now) * F32(1.0 / QUANTUM)
    for side in range(np.int64(2)):
        scale_quantum(row + ROW * side, ONE - before, step)


@rtsafe
def end_column(group: Any, column: int, header: Any) -> int:
    """Finish a column after its processor; return `KEEPS`, `RESTS` or `BROKEN`.

    Invalid output is silenced and counted, and the processor has to clear its state (`BROKEN`); its output
    then fades in.  A column whose output has been quiet for `quiet_limit` quanta rests.
    """
    group["is_new"][column], group["is_changed"][column] = np.int32(0), np.int32(0)
    row = row_of(group, column, header)
    loudness = energy_of_pair(row)
    if not (loudness < TOO_LOUD):
        hush(group, column, header)
        return np.int64(BROKEN)
    rise(group, column, header)
    blend(group, column, header)
    if loudness < QUIET:
        group["quiet_quanta"][column] += np.int32(1)
        if group["quiet_quanta"][column] > group["quiet_limit"][column]:
            group["is_resting"][column] = np.int32(1)
            return np.int64(RESTS)
    else:
        group["quiet_quanta"][column] = np.int32(0)
    return np.int64(KEEPS)
