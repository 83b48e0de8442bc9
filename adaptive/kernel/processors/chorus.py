"""A chorus: copies of the signal whose delays swing; with feedback and short delays a flanger.

Delays between samples are read along a cubic (Hermite, Catmull-Rom).  The delay of a voice moves along a
straight line within a quantum; the sine that moves it is looked up once a quantum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, HALF_PI, ONE, TWO, ZERO, sine
from adaptive.kernel.layout import HEADER, LANES, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Option, Parameter, Processor, Values
from adaptive.kernel.processors.insert import KEEPS, begin_columns, clear_memory, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q
FOUR, THREE, FIVE = F32(4.0), F32(3.0), F32(5.0)
QUARTER, THREE_QUARTERS = F32(0.25), F32(0.75)
MOST_VOICES = 4
LONGEST_MS = 52.0
"""Longest delay and largest swing, and two samples at 1 kHz and more."""

LEAST_DELAY = F32(2.0)  # frames; a cubic needs one sample after the place that is read

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("rate_hz", 0.02, 10.0, 0.6, "Swings a second.", LOG),
    Parameter("depth_ms", 0.0, 10.0, 2.0, "How far each delay swings to both sides."),
    Parameter("delay_ms", 0.1, 40.0, 12.0, "Middle of the delays."),
    Parameter("feedback", -0.9, 0.9, 0.0, "Share of the voices that is delayed again."),
    Parameter("spread", 0.0, 1.0, 1.0, "1: both sides swing a quarter of a turn apart; 0: alike."),
    Parameter("mix", 0.0, 1.0, 0.5, "Share of the voices in the output."),
)  # fmt: skip
RATE, DEPTH, DELAY, FEEDBACK, SPREAD, MIX = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
OPTIONS = (Option("voices", 1.0, 4.0, 2.0, "Copies for each side; a fraction is rounded."),)

CHORUS_GROUP = insert_group(
    PARAMETERS,
    [
        ("voices", "i4", PAIRS),
        ("phase", "f4", PAIRS),  # of the first voice on the left, in turns
        ("delays", "f4", (MOST_VOICES, LANES)),  # frames, at the end of the quantum before
        ("feedback", "f4", PAIRS),  # likewise
        ("mix", "f4", PAIRS),
        ("is_started", "i4", PAIRS),  # 0: its delays begin where they are wanted
        ("write", "i8", PAIRS),  # frame of the memory where this quantum is written
    ],
)


def memory_frames(rate: int, _values: Values) -> int:
    """Floats of two rings, each a power of two long."""
    return int(2 << (int(rate * LONGEST_MS / 1000.0) + 4).bit_length())


def prepare_column(group: Any, column: int, _rate: int, values: Values) -> None:
    """Write the number of voices of a new column."""
    group["voices"][column] = round(values["voices"])
    group["phase"][column], group["is_started"][column], group["write"][column] = 0.0, 0, 0


@rtsafe
def swing(phase: float) -> float:
    """Sine of a phase in turns, from 0 up to 2."""
    phase -= F32(np.int32(phase))
    if phase < QUARTER:
        return sine(FOUR * phase * HALF_PI)
    if phase < THREE_QUARTERS:
        return sine((TWO - FOUR * phase) * HALF_PI)
    return sine((FOUR * phase - FOUR) * HALF_PI)


@rtsafe
def delay_of(group: Any, column: int, voice: int, side: int, sample_rate: float) -> float:
    """Frames by which a voice is late at the end of this quantum."""
    now, per_ms = group["now"], sample_rate * F32(0.001)
    phase = group["phase"][column] + F32(np.int32(voice)) / F32(group["voices"][column])
    if side == 1:
        phase += QUARTER * now[SPREAD, column]
    late = (now[DELAY, column] + now[DEPTH, column] * swing(phase)) * per_ms
    return max(late, LEAST_DELAY)


@rtsafe
def read_between(ring: Any, mask: int, at: int, late: float) -> float:
    """The sample `late` frames before index `at` of a ring, along a cubic."""
    whole = np.int64(late)
    part = ONE - (late - F32(np.int32(whole)))  # from the older sample to the newer one
    first = at - whole - np.int64(2)
    a, b = ring[first & mask], ring[(first + np.int64(1)) & mask]
    c, d = ring[(first + np.int64(2)) & mask], ring[(first + np.int64(3)) & mask]
    square, cube = TWO * a - FIVE * b + FOUR * c - d, THREE * (b - c) + d - a
    return b + HALF * part * (c - a + part * (square + part * cube))


@rtsafe
def swing_side(group: Any, column: int, side: int, header: Any) -> None:
    """Render one side of a column for a quantum."""
    now, rate, share = group["now"], F32(header["sample_rate"]), F32(1.0 / QUANTUM)
    frames, lane = group["memory_frames"][column] // np.int64(2), np.int64(2) * column + side
    mask, delays = frames - np.int64(1), group["delays"]
    ring = carray(pointer(group["memory"][column] + np.int64(4) * frames * side), frames, np.float32)
    row = carray(pointer(row_of(group, column, header) + ROW * side), Q, np.float32)
    voices = np.int64(group["voices"][column])
    level = ONE / F32(np.int32(voices))
    feedback, mix = group["feedback"][column], group["mix"][column]
    feedback_step = (now[FEEDBACK, column] - feedback) * share
    mix_step = (now[MIX, column] - mix) * share
    goals = carray(pointer(header["at_lanes"]), np.int64(MOST_VOICES), np.float32)
    for voice in range(voices):
        goals[voice] = delay_of(group, column, voice, side, rate)
        if group["is_started"][column] == 0:
            delays[voice, lane] = goals[voice]
    for i in range(Q):
        at, frame, total = group["write"][column] + i, F32(np.int32(i)), ZERO
        for voice in range(voices):
            before = delays[voice, lane]
            total += read_between(ring, mask, at, before + (goals[voice] - before) * share * frame)
        total *= level
        ring[at & mask] = row[i] + (feedback + feedback_step * frame) * total
        row[i] += (mix + mix_step * frame) * (total - row[i])
    for voice in range(voices):
        delays[voice, lane] = goals[voice]


@rtsafe
def swing_column(group: Any, column: int, header: Any) -> None:
    """Render one column for a quantum."""
    now = group["now"]
    if group["is_new"][column] == 1:
        group["feedback"][column], group["mix"][column] = now[FEEDBACK, column], now[MIX, column]
    phase = group["phase"][column] + now[RATE, column] * F32(QUANTUM) / F32(header["sample_rate"])
    group["phase"][column] = phase - F32(np.int32(phase))
    for side in range(np.int64(2)):
        swing_side(group, column, side, header)
    group["is_started"][column] = np.int32(1)
    group["feedback"][column], group["mix"][column] = now[FEEDBACK, column], now[MIX, column]
    group["write"][column] = (group["write"][column] + Q) & (
        group["memory_frames"][column] // np.int64(2) - np.int64(1)
    )


@rtsafe
def clear(group: Any, column: int) -> None:
    """Forget what waits, and let the swing begin again."""
    clear_memory(group, column, np.int64(0))
    group["phase"][column], group["is_started"][column] = ZERO, np.int32(0)


@rtsafe
def chorus(group: Any, columns: int, header: Any) -> None:
    """Render the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            swing_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                clear(group, column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Render the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), CHORUS_GROUP)[0]
    chorus(group, columns, header)
    return np.int32(0)


CHORUS = Processor(
    "chorus",
    "A chorus of up to four swinging voices; with feedback and short delays a flanger.",
    unit,
    CHORUS_GROUP,
    PARAMETERS,
    OPTIONS,
    memory_frames,
    tail_s=lambda values: 0.05 * (1.0 + 60.0 * abs(values["feedback"])),
    prepare=prepare_column,
)
