"""Stereo width: scales the difference of left and right, and takes the bass out of it.

The difference passes two one-pole high-passes (12 dB an octave) whose low-passed part is subtracted by a
share; that share is 0 at the lowest corner, so that nothing jumps where the filter is off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.levels import log2
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO
from adaptive.kernel.dsp.one_pole import low_pass, low_pass_share
from adaptive.kernel.layout import HEADER, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Parameter, Processor
from adaptive.kernel.processors.insert import KEEPS, begin_columns, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q
OFF_HZ = 10.0

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("width", 0.0, 2.0, 1.0, "Level of the difference of left and right: 0 is mono, 1 as it is."),
    Parameter("mono_below_hz", OFF_HZ, 500.0, OFF_HZ, "Below, both sides become alike; at 10 off.", LOG),
)  # fmt: skip
WIDTH, MONO_BELOW = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
POLES = 2

WIDTH_GROUP = insert_group(
    PARAMETERS,
    [
        ("low", "f4", (POLES, PAIRS)),  # state of the low-passes of the difference
        ("width", "f4", PAIRS),  # at the end of the quantum before
        ("cut", "f4", PAIRS),  # share of the low-passed difference that is taken away, likewise
    ],
)


@rtsafe
def cut_of(hz: float) -> float:
    """Share of the low-passed difference that is taken away: 0 at 10 Hz, 1 from 20 Hz on."""
    return min(log2(hz * F32(1.0 / OFF_HZ)), ONE)


@rtsafe
def cut_bass(group: Any, column: int, difference: int, low: int, goal: float, sample_rate: float) -> None:
    """Take the bass out of a row; `difference` and `low` are addresses of it and of a row to work in."""
    row, bass = carray(pointer(difference), Q, np.float32), carray(pointer(low), Q, np.float32)
    share = low_pass_share(group["now"][MONO_BELOW, column], sample_rate)
    step = (goal - group["cut"][column]) * F32(1.0 / QUANTUM)
    for pole in range(np.int64(POLES)):
        cut = group["cut"][column]
        group["low"][pole, column] = low_pass(low, difference, share, group["low"][pole, column])
        for i in range(Q):
            row[i] -= (cut + step * F32(np.int32(i))) * bass[i]
    group["cut"][column] = goal


@rtsafe
def widen_column(group: Any, column: int, header: Any) -> None:
    """Widen one column for a quantum."""
    now, at = group["now"], row_of(group, column, header)
    goal = cut_of(now[MONO_BELOW, column])
    if group["is_new"][column] == 1:
        group["width"][column], group["cut"][column] = now[WIDTH, column], goal
    left, right = carray(pointer(at), Q, np.float32), carray(pointer(at + ROW), Q, np.float32)
    difference = header["at_lanes"]
    row = carray(pointer(difference), Q, np.float32)
    for i in range(Q):
        row[i] = HALF * (left[i] - right[i])
        left[i] = HALF * (left[i] + right[i])
    cut_bass(group, column, difference, difference + ROW, goal, F32(header["sample_rate"]))
    width = group["width"][column]
    step = (now[WIDTH, column] - width) * F32(1.0 / QUANTUM)
    for i in range(Q):
        side = (width + step * F32(np.int32(i))) * row[i]
        right[i] = left[i] - side
        left[i] += side
    group["width"][column] = now[WIDTH, column]


@rtsafe
def widen(group: Any, columns: int, header: Any) -> None:
    """Widen the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            widen_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                for pole in range(np.int64(POLES)):
                    group["low"][pole, column] = ZERO


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Widen the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), WIDTH_GROUP)[0]
    widen(group, columns, header)
    return np.int32(0)


WIDTH_PROCESSOR = Processor(
    "width",
    "Stereo width, from mono to twice as wide, with a bass that is the same on both sides.",
    unit,
    WIDTH_GROUP,
    PARAMETERS,
)
