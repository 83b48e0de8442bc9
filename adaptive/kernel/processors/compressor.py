"""A stereo compressor with look-ahead, which listens to its own input or to another bus.

The reduction is found from what is heard now; the signal waits for the look-ahead.  What the static curve and
the ballistics are is said in `kernel.dsp.compression`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.compression import COMPRESSION, STATE, apply_rows, gain_rows
from adaptive.kernel.dsp.late_rows import late_row, right_of, write_rows
from adaptive.kernel.dsp.levels import kept_share
from adaptive.kernel.dsp.maths import F32, OCTAVES_PER_DB, ONE, ZERO, exp2
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
    Parameter("threshold_db", -60.0, 0.0, -18.0, "Level above which it reduces."),
    Parameter("ratio", 1.0, 100.0, 2.0, "Decibels above the threshold that come out as one.", LOG),
    Parameter("knee_db", 0.0, 24.0, 6.0, "Width of the bend around the threshold."),
    Parameter("attack_ms", 0.0, 200.0, 10.0, "Time in which 63 % of a higher reduction is reached."),
    Parameter("release_ms", 5.0, 2000.0, 120.0, "Time in which 63 % of a reduction is let go.", LOG),
    Parameter("makeup_db", -24.0, 24.0, 0.0, "Level added to what is compressed."),
    Parameter("mix", 0.0, 1.0, 1.0, "Share of what is compressed; the rest is the signal itself."),
)  # fmt: skip
THRESHOLD, RATIO, KNEE, ATTACK, RELEASE, MAKEUP, MIX = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
OPTIONS = (
    Option("look_ahead_ms", 0.0, 20.0, 0.0, "By how much reductions begin before a peak: the signal waits."),
)  # fmt: skip

LEAST_KNEE = F32(0.001)  # octaves; a knee of 0 would be divided by

LINES = 5
LINE_THRESHOLD, LINE_SLOPE, LINE_KNEE, LINE_DRY, LINE_WET = range(LINES)
"""Numbers that move along straight lines: the static curve, the signal itself, and what is compressed."""

COMPRESSOR_GROUP = insert_group(
    PARAMETERS,
    [
        *KEY_FIELDS,
        ("delay", "i8", PAIRS),  # look-ahead in frames
        ("follows", "i4", PAIRS),  # -1 where the reduction of a column follows its key, else 0
        ("line", "f4", (LINES, PAIRS)),  # at the end of the quantum before
        ("is_settled", "i4", PAIRS),  # 1: no line moves, so nothing has to be computed anew
        ("columns", COMPRESSION),
    ],
)
COLUMNS_OFFSET = int(COMPRESSOR_GROUP.fields["columns"][1])
FOLLOWS_OFFSET = int(COMPRESSOR_GROUP.fields["follows"][1])
KEY_ROWS_OFFSET = int(COMPRESSOR_GROUP.fields["key_rows"][1])


def prepare_column(group: Any, column: int, rate: int, values: Values) -> None:
    """Write the look-ahead of a new column."""
    group["delay"][column], group["is_settled"][column] = latency_frames(rate, values), 0
    for name in STATE:
        group["columns"][name][column] = 0.0


@rtsafe
def line_target(group: Any, number: int, column: int) -> float:
    """Where a line is at the end of this quantum."""
    now = group["now"]
    if number == LINE_THRESHOLD:
        return now[THRESHOLD, column] * OCTAVES_PER_DB
    if number == LINE_SLOPE:
        return ONE - ONE / now[RATIO, column]
    if number == LINE_KNEE:
        return max(now[KNEE, column] * OCTAVES_PER_DB, LEAST_KNEE)
    if number == LINE_DRY:
        return ONE - now[MIX, column]
    return now[MIX, column] * exp2(now[MAKEUP, column] * OCTAVES_PER_DB)


@rtsafe
def aim_column(group: Any, column: int, sample_rate: float) -> None:
    """Move the static curve and the ballistics of a column to its parameters, within this quantum."""
    if group["is_new"][column] == 1:
        for number in range(np.int64(LINES)):
            group["line"][number, column] = line_target(group, number, column)
    moves = group["is_new"][column] == 1 or group["is_changed"][column] == 1
    if group["is_settled"][column] == 1 and not moves:
        return
    group["is_settled"][column] = np.int32(0) if moves else np.int32(1)
    columns, line, share = group["columns"], group["line"], F32(1.0 / QUANTUM)
    columns["attack"][column] = kept_share(group["now"][ATTACK, column], sample_rate)
    columns["release"][column] = kept_share(group["now"][RELEASE, column], sample_rate)
    threshold = line_target(group, np.int64(LINE_THRESHOLD), column)
    slope = line_target(group, np.int64(LINE_SLOPE), column)
    knee = line_target(group, np.int64(LINE_KNEE), column)
    columns["threshold"][column] = line[LINE_THRESHOLD, column]
    columns["threshold_step"][column] = (threshold - line[LINE_THRESHOLD, column]) * share
    columns["slope"][column] = line[LINE_SLOPE, column]
    columns["slope_step"][column] = (slope - line[LINE_SLOPE, column]) * share
    columns["knee"][column] = line[LINE_KNEE, column]
    columns["knee_step"][column] = (knee - line[LINE_KNEE, column]) * share
    line[LINE_THRESHOLD, column], line[LINE_SLOPE, column], line[LINE_KNEE, column] = threshold, slope, knee


@rtsafe
def late_sides(group: Any, column: int, header: Any) -> tuple[int, int]:
    """Addresses of both rows of the signal that is heard now; without a look-ahead, that of this quantum."""
    if group["delay"][column] == 0:
        row = row_of(group, column, header)
        return row, row + ROW
    frames = group["memory_frames"][column] // np.int64(2) - Q
    left = late_row(group["memory"][column], frames, header["frame"], group["delay"][column])
    return left, right_of(left, frames)


@rtsafe
def keep_signal(group: Any, column: int, header: Any) -> None:
    """Write the input of a column to its ring, and what is heard now to where a bypass expects it."""
    if group["delay"][column] > 0:
        frames = group["memory_frames"][column] // np.int64(2) - Q
        write_rows(group["memory"][column], frames, header["frame"], row_of(group, column, header))
    if group["wet_now"][column] != ONE or group["wet_wanted"][column] != ONE:
        left, right = late_sides(group, column, header)
        copy_rows(dry_rows(header, column), left, np.int64(1))
        copy_rows(dry_rows(header, column) + ROW, right, np.int64(1))


@rtsafe
def apply_gains(group: Any, column: int, header: Any) -> None:
    """Write the signal times its gains, beside the signal itself, to the rows of a column."""
    line, share = group["line"], F32(1.0 / QUANTUM)
    dry, wet = line[LINE_DRY, column], line[LINE_WET, column]
    dry_goal, wet_goal = dry, wet
    if group["is_settled"][column] == 0:
        dry_goal = line_target(group, np.int64(LINE_DRY), column)
        wet_goal = line_target(group, np.int64(LINE_WET), column)
    dry_step, wet_step = (dry_goal - dry) * share, (wet_goal - wet) * share
    left, right = late_sides(group, column, header)
    gains = header["at_lanes"] + ROW * column
    apply_rows(row_of(group, column, header), left, right, gains, dry, dry_step, wet, wet_step)
    line[LINE_DRY, column], line[LINE_WET, column] = dry_goal, wet_goal


@rtsafe
def clear(group: Any, column: int) -> None:
    """Forget the signal that waits, and the reduction unless another bus decides it."""
    clear_memory(group, column, np.int64(0))
    if group["key_bus"][column] < 0:
        group["columns"]["held"][column], group["columns"]["reduction"][column] = ZERO, ZERO


@rtsafe
def follow_keys(group: Any, columns: int, run: int, header: Any) -> bool:
    """Prepare the columns whose reduction follows their key in this quantum; return whether there are any.

    A column that rests still follows another bus, so that its reduction is right when it sounds again.
    """
    is_any = False
    listen(group, columns, header)
    for column in range(np.int64(PAIRS)):
        bit = np.int64(1) << column
        follows = run & bit != 0 or (columns & bit != 0 and group["key_bus"][column] >= 0)
        group["follows"][column] = np.int32(-1) if follows else np.int32(0)
        if follows:
            is_any = True
            aim_column(group, column, F32(header["sample_rate"]))
    return is_any


@rtsafe
def compress(group: Any, address: int, columns: int, header: Any) -> None:
    """Compress the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    if not follow_keys(group, columns, run, header):
        return
    columns_at, follows_at = address + np.int64(COLUMNS_OFFSET), address + np.int64(FOLLOWS_OFFSET)
    gain_rows(columns_at, follows_at, address + np.int64(KEY_ROWS_OFFSET), header["at_lanes"])
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            keep_signal(group, column, header)
            apply_gains(group, column, header)
            if end_column(group, column, header) != KEEPS:
                clear(group, column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Compress the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), COMPRESSOR_GROUP)[0]
    compress(group, group_address, columns, header)
    return np.int32(0)


COMPRESSOR = Processor(
    "compressor",
    "A compressor that reduces what is louder than a threshold, of its own signal or of another bus.",
    unit,
    COMPRESSOR_GROUP,
    PARAMETERS,
    OPTIONS,
    memory_frames,
    latency_frames,
    prepare=prepare_column,
    has_key=True,
)
