"""Saturation: a soft curve, the hyperbolic tangent, at eight times the sample rate.

The curve makes harmonics far above what a rate can hold; they would fold back as tones that are in no harmony
with the note.  What passes is divided by the square root of the drive: quiet sounds become louder by half of
it, and loud ones softer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.late_rows import late_row, right_of, ring_floats, write_rows
from adaptive.kernel.dsp.maths import F32, HALF, OCTAVES_PER_DB, ONE, PI, TWO, ZERO, exp2, gain_of_db
from adaptive.kernel.dsp.one_pole import high_pass
from adaptive.kernel.dsp.oversampling import (
    FACTOR,
    LATENCY_FRAMES,
    SIDE_FLOATS,
    TOP_OFFSET,
    lower_rate,
    raise_rate,
)
from adaptive.kernel.dsp.rows import copy_rows
from adaptive.kernel.dsp.soft_curve import bend_off_middle, bend_rows
from adaptive.kernel.layout import HEADER, LANES, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Parameter, Processor, Values
from adaptive.kernel.processors.insert import KEEPS, begin_columns, clear_memory, dry_rows, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q
SIDE_BYTES = np.int64(4 * SIDE_FLOATS)
RING_FLOATS = ring_floats(LATENCY_FRAMES)
RING_FRAMES = np.int64(RING_FLOATS // 2 - QUANTUM)
RING_OFFSET = np.int64(2) * SIDE_BYTES
LATE = np.int64(LATENCY_FRAMES)

DC_HZ = F32(5.0)

PARAMETERS = (
    Parameter("drive_db", 0.0, 30.0, 9.0, "Level at which the signal meets the curve."),
    Parameter("bias", 0.0, 1.0, 0.0, "How far from the middle of the curve: adds even harmonics."),
    Parameter("level_db", -24.0, 24.0, 0.0, "Level of what is saturated."),
    Parameter("mix", 0.0, 1.0, 1.0, "Share of what is saturated; the rest is the signal itself."),
)  # fmt: skip
DRIVE, BIAS, LEVEL, MIX = range(len(PARAMETERS))

LINES = 4
LINE_DRIVE, LINE_BIAS, LINE_DRY, LINE_WET = range(LINES)

SATURATION_GROUP = insert_group(
    PARAMETERS,
    [
        ("line", "f4", (LINES, PAIRS)),  # at the end of the quantum before
        ("last_input", "f4", LANES),  # of the filter that takes a constant part away
        ("last_output", "f4", LANES),
    ],
)


def memory_frames(_rate: int, _values: Values) -> int:
    """Floats of both sides' buffers, and of the ring in which the signal waits."""
    return 2 * SIDE_FLOATS + RING_FLOATS


def latency_frames(_rate: int, _values: Values) -> int:
    """Frames of the filters, on the way up and down."""
    return LATENCY_FRAMES


@rtsafe
def line_target(group: Any, number: int, column: int) -> float:
    """Where a line is at the end of this quantum."""
    now = group["now"]
    if number == LINE_DRIVE:
        return exp2(now[DRIVE, column] * OCTAVES_PER_DB)
    if number == LINE_BIAS:
        return now[BIAS, column]
    if number == LINE_DRY:
        return ONE - now[MIX, column]
    return (
        now[MIX, column] * gain_of_db(now[LEVEL, column]) * exp2(-HALF * now[DRIVE, column] * OCTAVES_PER_DB)
    )


@rtsafe
def bend(top: int, drive: float, drive_step: float, bias: float, bias_step: float) -> None:
    """Pass eight-fold samples through the curve; drive and bias move by their steps in each."""
    if bias == ZERO and bias_step == ZERO:
        bend_rows(top, np.int64(FACTOR), drive, drive_step)
    else:
        bend_off_middle(top, np.int64(FACTOR), drive, drive_step, bias, bias_step)


@rtsafe
def saturate_side(group: Any, column: int, side: int, late: int, header: Any) -> None:
    """Saturate one side of a column; `late` is the address of the signal that is heard now."""
    line, lane, share = group["line"], np.int64(2) * column + side, F32(1.0 / QUANTUM)
    buffers = group["memory"][column] + SIDE_BYTES * side
    row = row_of(group, column, header) + ROW * side
    drive, bias = line[LINE_DRIVE, column], line[LINE_BIAS, column]
    drive_goal = line_target(group, np.int64(LINE_DRIVE), column)
    bias_goal = line_target(group, np.int64(LINE_BIAS), column)
    raise_rate(buffers, row)
    fine = F32(1.0 / (FACTOR * QUANTUM))
    bend(buffers + TOP_OFFSET, drive, (drive_goal - drive) * fine, bias, (bias_goal - bias) * fine)
    lower_rate(buffers, row)
    out, dry_signal = carray(pointer(row), Q, np.float32), carray(pointer(late), Q, np.float32)
    last_input = out[Q - np.int64(1)]
    pole = ONE - TWO * PI * DC_HZ / F32(header["sample_rate"])
    group["last_output"][lane] = high_pass(row, pole, group["last_input"][lane], group["last_output"][lane])
    group["last_input"][lane] = last_input
    dry, wet = line[LINE_DRY, column], line[LINE_WET, column]
    dry_step = (line_target(group, np.int64(LINE_DRY), column) - dry) * share
    wet_step = (line_target(group, np.int64(LINE_WET), column) - wet) * share
    for i in range(Q):
        frame = F32(np.int32(i))
        out[i] = (dry + dry_step * frame) * dry_signal[i] + (wet + wet_step * frame) * out[i]


@rtsafe
def saturate_column(group: Any, column: int, header: Any) -> None:
    """Saturate one column for a quantum."""
    if group["is_new"][column] == 1:
        for number in range(np.int64(LINES)):
            group["line"][number, column] = line_target(group, number, column)
    ring, frame = group["memory"][column] + RING_OFFSET, header["frame"]
    write_rows(ring, RING_FRAMES, frame, row_of(group, column, header))
    left = late_row(ring, RING_FRAMES, frame, LATE)
    right = right_of(left, RING_FRAMES)
    if group["wet_now"][column] != ONE or group["wet_wanted"][column] != ONE:
        copy_rows(dry_rows(header, column), left, np.int64(1))
        copy_rows(dry_rows(header, column) + ROW, right, np.int64(1))
    saturate_side(group, column, np.int64(0), left, header)
    saturate_side(group, column, np.int64(1), right, header)
    for number in range(np.int64(LINES)):
        group["line"][number, column] = line_target(group, number, column)


@rtsafe
def clear(group: Any, column: int) -> None:
    """Forget what waits in the filters and in the ring."""
    clear_memory(group, column, np.int64(0))
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["last_input"][lane], group["last_output"][lane] = ZERO, ZERO


@rtsafe
def saturate(group: Any, columns: int, header: Any) -> None:
    """Saturate the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, np.int64(0))
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            saturate_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                clear(group, column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Saturate the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), SATURATION_GROUP)[0]
    saturate(group, columns, header)
    return np.int32(0)


SATURATION = Processor(
    "saturation",
    "Saturation by a soft curve, oversampled eight times.",
    unit,
    SATURATION_GROUP,
    PARAMETERS,
    (),
    memory_frames,
    latency_frames,
)
