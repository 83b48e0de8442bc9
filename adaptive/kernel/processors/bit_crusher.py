"""A bit crusher: keeps fewer bits of each sample, and fewer samples.

What it adds is meant to be heard, so nothing here is oversampled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2
from adaptive.kernel.layout import HEADER, LANES, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Parameter, Processor
from adaptive.kernel.processors.insert import KEEPS, begin_columns, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q
OFF_HZ = 48000.0

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("bits", 1.0, 16.0, 8.0, "Bits that are kept of each sample; fractions too."),
    Parameter("rate_hz", 200.0, OFF_HZ, OFF_HZ, "New values a second; at 48000 off.", LOG),
    Parameter("mix", 0.0, 1.0, 1.0, "Share of what is crushed; the rest is the signal itself."),
)  # fmt: skip
BITS, RATE, MIX = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)

BIT_CRUSHER_GROUP = insert_group(
    PARAMETERS,
    [
        ("held", "f4", LANES),  # the sample that is repeated
        ("phase", "f4", PAIRS),  # part of the time between two new samples that is over; 1: take one now
        ("mix", "f4", PAIRS),  # at the end of the quantum before
    ],
)


@rtsafe
def crush_column(group: Any, column: int, header: Any) -> None:
    """Crush one column for a quantum."""
    now, at = group["now"], row_of(group, column, header)
    if group["is_new"][column] == 1:
        group["mix"][column], group["phase"][column] = now[MIX, column], ONE
    step, per_step = exp2(ONE - now[BITS, column]), exp2(now[BITS, column] - ONE)
    advance = ONE
    if now[RATE, column] < F32(OFF_HZ):
        advance = min(now[RATE, column] / F32(header["sample_rate"]), ONE)
    mix = group["mix"][column]
    mix_step = (now[MIX, column] - mix) * F32(1.0 / QUANTUM)
    left, right = carray(pointer(at), Q, np.float32), carray(pointer(at + ROW), Q, np.float32)
    lane = np.int64(2) * column
    held_left, held_right = group["held"][lane], group["held"][lane + np.int64(1)]
    phase = group["phase"][column]
    for i in range(Q):
        if phase >= ONE:
            phase -= ONE
            held_left = F32(np.floor(left[i] * per_step + HALF)) * step
            held_right = F32(np.floor(right[i] * per_step + HALF)) * step
        phase += advance
        share = mix + mix_step * F32(np.int32(i))
        left[i] = (ONE - share) * left[i] + share * held_left
        right[i] = (ONE - share) * right[i] + share * held_right
    group["held"][lane], group["held"][lane + np.int64(1)] = held_left, held_right
    group["phase"][column], group["mix"][column] = phase, now[MIX, column]


@rtsafe
def crush(group: Any, columns: int, header: Any) -> None:
    """Crush the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            crush_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                group["phase"][column] = ONE
                group["held"][np.int64(2) * column] = ZERO
                group["held"][np.int64(2) * column + np.int64(1)] = ZERO


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Crush the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), BIT_CRUSHER_GROUP)[0]
    crush(group, columns, header)
    return np.int32(0)


BIT_CRUSHER = Processor(
    "bit_crusher",
    "A bit crusher: fewer bits, and fewer samples a second.",
    unit,
    BIT_CRUSHER_GROUP,
    PARAMETERS,
)
