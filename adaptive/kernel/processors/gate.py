"""A gate: lets a signal pass while it, or another bus, is louder than a threshold.

It opens at the threshold, stays open for a hold after the level was last above the lower threshold of the
hysteresis, and then closes.  The gain passes two one-pole filters, and so moves without a corner.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.late_rows import late_row, right_of, write_rows
from adaptive.kernel.dsp.levels import kept_share
from adaptive.kernel.dsp.maths import F32, ONE, ZERO, gain_of_db
from adaptive.kernel.dsp.rows import copy_rows
from adaptive.kernel.layout import HEADER, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Option, Parameter, Processor, Values
from adaptive.kernel.processors.insert import KEEPS, begin_columns, clear_memory, dry_rows, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group
from adaptive.kernel.processors.look_ahead import latency_frames, memory_frames
from adaptive.kernel.processors.side_chain import KEY_FIELDS, listen

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("threshold_db", -80.0, 0.0, -45.0, "Level above which it opens."),
    Parameter("hysteresis_db", 0.0, 24.0, 4.0, "It closes that much below the threshold."),
    Parameter("range_db", -80.0, 0.0, -80.0, "Level of what passes while it is closed; -80 is silence."),
    Parameter("attack_ms", 0.1, 200.0, 2.0, "Time in which it has opened by half.", LOG),
    Parameter("hold_ms", 0.0, 2000.0, 60.0, "Time for which it stays open."),
    Parameter("release_ms", 5.0, 4000.0, 150.0, "Time in which it has closed by half.", LOG),
)  # fmt: skip
THRESHOLD, HYSTERESIS, RANGE, ATTACK, HOLD, RELEASE = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
OPTIONS = (
    Option("look_ahead_ms", 0.0, 20.0, 0.0, "By how much it opens before a sound: the signal waits."),
)  # fmt: skip

HALF_OF_TWO_POLES = F32(1.0 / 1.678347)
"""Two equal one-poles have moved by half after 1.678 times the time constant of one."""

GATE_GROUP = insert_group(
    PARAMETERS,
    [
        *KEY_FIELDS,
        ("delay", "i8", PAIRS),  # look-ahead in frames
        ("is_open", "i4", PAIRS),
        ("hold_left", "i4", PAIRS),  # frames for which it stays open
        ("first", "f4", PAIRS),  # how open it is, 0 … 1, behind one pole
        ("second", "f4", PAIRS),  # and behind both
        ("floor", "f4", PAIRS),  # gain while it is closed, at the end of the quantum before
    ],
)


def prepare_column(group: Any, column: int, rate: int, values: Values) -> None:
    """Write the look-ahead of a new column, and close its gate."""
    group["delay"][column] = latency_frames(rate, values)
    close(group, column)


@rtsafe
def close(group: Any, column: int) -> None:
    """Close the gate of a column at once."""
    group["is_open"][column], group["hold_left"][column] = np.int32(0), np.int32(0)
    group["first"][column], group["second"][column] = ZERO, ZERO


@rtsafe
def open_row(group: Any, column: int, out: int, sample_rate: float) -> None:
    """Write how open the gate is in each frame of a quantum, 0 to 1, to the row at `out`."""
    now, lane = group["now"], np.int64(2) * column
    left = carray(pointer(group["key_rows"][lane]), Q, np.float32)
    right = carray(pointer(group["key_rows"][lane + np.int64(1)]), Q, np.float32)
    share = carray(pointer(out), Q, np.float32)
    opens = gain_of_db(now[THRESHOLD, column])
    closes = gain_of_db(now[THRESHOLD, column] - now[HYSTERESIS, column])
    up = kept_share(now[ATTACK, column] * HALF_OF_TWO_POLES, sample_rate)
    down = kept_share(now[RELEASE, column] * HALF_OF_TWO_POLES, sample_rate)
    hold = np.int32(now[HOLD, column] * sample_rate * F32(0.001))
    is_open, hold_left = group["is_open"][column], group["hold_left"][column]
    first, second = group["first"][column], group["second"][column]
    for i in range(Q):
        level = max(abs(left[i]), abs(right[i]))
        if level > opens or (is_open == 1 and level > closes):
            is_open, hold_left = np.int32(1), hold
        elif hold_left > 0:
            hold_left -= np.int32(1)
        else:
            is_open = np.int32(0)
        aim, kept = (ONE, up) if is_open == 1 else (ZERO, down)
        first = aim + (first - aim) * kept
        second = first + (second - first) * kept
        share[i] = second
    group["is_open"][column], group["hold_left"][column] = is_open, hold_left
    group["first"][column], group["second"][column] = first, second


@rtsafe
def gate_column(group: Any, column: int, header: Any) -> None:
    """Apply the gate of a column; how open it is lies in the row at `at_lanes`."""
    frames, frame = group["memory_frames"][column] // np.int64(2) - Q, header["frame"]
    row = row_of(group, column, header)
    write_rows(group["memory"][column], frames, frame, row)
    left = late_row(group["memory"][column], frames, frame, group["delay"][column])
    right = right_of(left, frames)
    if group["wet_now"][column] != ONE or group["wet_wanted"][column] != ONE:
        copy_rows(dry_rows(header, column), left, np.int64(1))
        copy_rows(dry_rows(header, column) + ROW, right, np.int64(1))
    share = carray(pointer(header["at_lanes"]), Q, np.float32)
    floor, goal = group["floor"][column], gain_of_db(group["now"][RANGE, column])
    step = (goal - floor) * F32(1.0 / QUANTUM)
    for side in range(np.int64(2)):
        source = carray(pointer(left if side == 0 else right), Q, np.float32)
        to = carray(pointer(row + ROW * side), Q, np.float32)
        for i in range(Q):
            least = floor + step * F32(np.int32(i))
            to[i] = source[i] * (least + (ONE - least) * share[i])
    group["floor"][column] = goal


@rtsafe
def clear(group: Any, column: int) -> None:
    """Forget the signal that waits, and close the gate unless another bus opens it."""
    clear_memory(group, column, np.int64(0))
    if group["key_bus"][column] < 0:
        close(group, column)


@rtsafe
def gate(group: Any, columns: int, header: Any) -> None:
    """Gate the columns of a mask for one quantum; one that rests still follows another bus."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    listen(group, columns, header)
    for column in range(np.int64(PAIRS)):
        bit = np.int64(1) << column
        is_run = run & bit != 0
        if not is_run and (columns & bit == 0 or group["key_bus"][column] < 0):
            continue
        if group["is_new"][column] == 1:
            group["floor"][column] = gain_of_db(group["now"][RANGE, column])
        open_row(group, column, header["at_lanes"], F32(header["sample_rate"]))
        if is_run:
            gate_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                clear(group, column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Gate the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), GATE_GROUP)[0]
    gate(group, columns, header)
    return np.int32(0)


GATE = Processor(
    "gate",
    "A gate that lets pass what is louder than a threshold, of its own signal or of another bus.",
    unit,
    GATE_GROUP,
    PARAMETERS,
    OPTIONS,
    memory_frames,
    latency_frames,
    prepare=prepare_column,
    has_key=True,
)
