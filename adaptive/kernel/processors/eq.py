"""A parametric equaliser: two cuts, two shelves and two bells, each a filter of sixteen lanes.

A filter that is flat in all columns is skipped; six filters take about 0.4 µs each for eight stereo inserts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.lane_rows import lanes_to_rows, rows_to_lanes
from adaptive.kernel.dsp.maths import F32, ONE, ZERO
from adaptive.kernel.dsp.svf import (
    BELL,
    HIGH_CUT,
    HIGH_SHELF,
    LOW_CUT,
    LOW_SHELF,
    SVF,
    aim_svf,
    clear_svf,
    filter_lanes,
    rest_svf,
    set_svf,
    shape_of,
)
from adaptive.kernel.layout import HEADER, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Parameter, Processor
from adaptive.kernel.processors.insert import KEEPS, begin_columns, end_column
from adaptive.kernel.processors.insert_record import insert_group

OFF_LOW_HZ, OFF_HIGH_HZ = 10.0, 20000.0
"""Corners at which the cuts are off."""

BUTTERWORTH_Q = F32(0.70710678)
Q = np.int64(QUANTUM)

LOG: Law = "logarithmic"
_LEVEL = (-24.0, 24.0, 0.0)
_QUALITY = (0.1, 18.0, 1.0)

PARAMETERS = (
    Parameter("low_cut_hz", OFF_LOW_HZ, 2000.0, OFF_LOW_HZ, "Corner of the low cut; at 10 off.", LOG),
    Parameter("low_hz", 20.0, 2000.0, 120.0, "Middle of the low shelf's slope.", LOG),
    Parameter("low_db", *_LEVEL, "Level of the low shelf."),
    Parameter("low_mid_hz", 20.0, 20000.0, 400.0, "Centre of the first bell.", LOG),
    Parameter("low_mid_db", *_LEVEL, "Level of the first bell."),
    Parameter("low_mid_q", *_QUALITY, "Quality of the first bell: the higher, the narrower.", LOG),
    Parameter("high_mid_hz", 20.0, 20000.0, 2500.0, "Centre of the second bell.", LOG),
    Parameter("high_mid_db", *_LEVEL, "Level of the second bell."),
    Parameter("high_mid_q", *_QUALITY, "Quality of the second bell.", LOG),
    Parameter("high_hz", 500.0, 20000.0, 8000.0, "Middle of the high shelf's slope.", LOG),
    Parameter("high_db", *_LEVEL, "Level of the high shelf."),
    Parameter("high_cut_hz", 500.0, OFF_HIGH_HZ, OFF_HIGH_HZ, "Corner of the high cut; at 20000 off.", LOG),
)  # fmt: skip
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == "logarithmic")

FILTERS = 6
EQ_GROUP = insert_group(
    PARAMETERS,
    [
        (
            "is_on",
            "i4",
            (FILTERS, PAIRS),
        ),  # 0: flat; 1: it may have moved in the quantum before; 2: it stands
        ("filters", SVF, FILTERS),
    ],
)
FILTERS_OFFSET, MASK_OFFSET = int(EQ_GROUP.fields["filters"][1]), int(EQ_GROUP.fields["is_run"][1])
ROWS_OFFSET = int(EQ_GROUP.fields["rows"][1])
FILTER_BYTES = int(SVF.itemsize)

LOW_CUT_ROW, LOW_ROW, LOW_MID_ROW, HIGH_MID_ROW, HIGH_ROW, HIGH_CUT_ROW = 0, 1, 3, 6, 9, 11
"""Rows of the frequencies; level and quality follow."""


@rtsafe
def is_wanted(group: Any, number: int, column: int) -> bool:
    """Whether a filter does anything in a column, now or at the end of the move that goes on."""
    now, wanted = group["now"], group["wanted"]
    if number == 0:
        row, off = np.int64(LOW_CUT_ROW), F32(OFF_LOW_HZ)
    elif number == 1:
        row, off = np.int64(LOW_ROW + 1), ZERO
    elif number == 2:
        row, off = np.int64(LOW_MID_ROW + 1), ZERO
    elif number == 3:
        row, off = np.int64(HIGH_MID_ROW + 1), ZERO
    elif number == 4:
        row, off = np.int64(HIGH_ROW + 1), ZERO
    else:
        row, off = np.int64(HIGH_CUT_ROW), F32(OFF_HIGH_HZ)
    return now[row, column] != off or wanted[row, column] != off


@rtsafe
def target_of(
    group: Any, number: int, column: int, sample_rate: float
) -> tuple[float, float, float, float, float, float]:
    """Coefficients of a filter for the parameters of a column."""
    now = group["now"]
    if number == 0:
        return shape_of(LOW_CUT, now[LOW_CUT_ROW, column], ZERO, BUTTERWORTH_Q, sample_rate)
    if number == 1:
        return shape_of(LOW_SHELF, now[LOW_ROW, column], now[LOW_ROW + 1, column], BUTTERWORTH_Q, sample_rate)
    if number == 2:
        hz, level, q = (now[LOW_MID_ROW, column], now[LOW_MID_ROW + 1, column], now[LOW_MID_ROW + 2, column])
        return shape_of(BELL, hz, level, q, sample_rate)
    if number == 3:
        hz, level, q = (
            now[HIGH_MID_ROW, column],
            now[HIGH_MID_ROW + 1, column],
            now[HIGH_MID_ROW + 2, column],
        )
        return shape_of(BELL, hz, level, q, sample_rate)
    if number == 4:
        return shape_of(
            HIGH_SHELF, now[HIGH_ROW, column], now[HIGH_ROW + 1, column], BUTTERWORTH_Q, sample_rate
        )
    return shape_of(HIGH_CUT, now[HIGH_CUT_ROW, column], ZERO, BUTTERWORTH_Q, sample_rate)


@rtsafe
def prepare(group: Any, filter_: Any, number: int, column: int, sample_rate: float) -> int:
    """Prepare a filter of a column for this quantum; return 2 if it moves, 1 if it only runs, else 0."""
    if not is_wanted(group, number, column):
        if group["is_on"][number, column] != 0 or group["is_new"][column] == 1:
            set_svf(filter_, column, (ZERO, ZERO, ZERO, ONE, ZERO, ZERO))
        group["is_on"][number, column] = np.int32(0)
        return 0
    if group["is_new"][column] == 1 or group["is_on"][number, column] == 0:
        # memory of an earlier use, or of a time in which the lane idled, must not be heard
        clear_svf(filter_, column)
        target = target_of(group, number, column, sample_rate)
        if group["is_new"][column] == 1 or group["is_changed"][column] == 0:
            set_svf(filter_, column, target)
        else:  # from flat
            set_svf(filter_, column, (target[0], target[1], target[2], ONE, ZERO, ZERO))
            aim_svf(filter_, column, target, ONE / F32(QUANTUM))
        group["is_on"][number, column] = np.int32(1)
        return 2
    if group["is_changed"][column] == 1:
        aim_svf(filter_, column, target_of(group, number, column, sample_rate), ONE / F32(QUANTUM))
        group["is_on"][number, column] = np.int32(1)
        return 2
    if group["is_on"][number, column] == 1:
        rest_svf(filter_, column)
        group["is_on"][number, column] = np.int32(2)
    return 1


@rtsafe
def equalise(group: Any, address: int, columns: int, header: Any) -> None:
    """Equalise the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    if run == 0:
        return
    filters = carray(pointer(address + np.int64(FILTERS_OFFSET)), np.int64(FILTERS), SVF)
    rate = F32(header["sample_rate"])
    block, rows = header["at_lanes"], address + np.int64(ROWS_OFFSET)
    is_copied = False
    for number in range(np.int64(FILTERS)):
        most = 0
        for column in range(np.int64(PAIRS)):
            if run & (np.int64(1) << column):
                most = max(most, prepare(group, filters[number], number, column, rate))
        if most > 0:
            if not is_copied:
                rows_to_lanes(rows, block)
                is_copied = True
            at = address + np.int64(FILTERS_OFFSET) + number * np.int64(FILTER_BYTES)
            filter_lanes(at, address + np.int64(MASK_OFFSET), block, np.int64(most - 1))
    if is_copied:
        lanes_to_rows(block, rows)
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column) and end_column(group, column, header) != KEEPS:
            for number in range(np.int64(FILTERS)):
                clear_svf(filters[number], column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Equalise the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), EQ_GROUP)[0]
    equalise(group, group_address, columns, header)
    return np.int32(0)


EQ = Processor(
    "eq",
    "A parametric equaliser: a low and a high cut, two shelves, two bells.",
    unit,
    EQ_GROUP,
    PARAMETERS,
)
