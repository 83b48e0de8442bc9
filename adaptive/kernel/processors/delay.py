"""A stereo delay in time with the music; its echoes pass a low and a high cut each time round.

The delay is at least a quantum long, so that the frames of a quantum do not depend on each other.  Another
delay time is not glided to, which would bend the pitch: the echoes fade from the old place to the new.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, HALF_PI, ONE, ZERO, cosine, gain_of_db
from adaptive.kernel.dsp.one_pole import low_pass, low_pass_share
from adaptive.kernel.dsp.rows import blend_row, copy_rows
from adaptive.kernel.layout import HEADER, LANES, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Option, Parameter, Processor, Values
from adaptive.kernel.processors.insert import BROKEN, begin_columns, clear_memory, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q
TWO_SIDES = np.int64(2)
FADE_QUANTA = 32
"""Quanta in which echoes move to another delay time: 43 ms at 48 kHz."""

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("beats", 0.0, 16.0, 0.5, "Delay in quarter notes; 0: `time_s` alone."),
    Parameter("time_s", 0.0, 10.0, 0.0, "Delay in seconds, added to `beats`."),
    Parameter("feedback", 0.0, 0.95, 0.35, "Level of each echo against the one before it, linear."),
    Parameter("mix_db", -80.0, 6.0, -9.0, "Level of the echoes; -80 is silence."),
    Parameter("dry_db", -80.0, 6.0, 0.0, "Level of the signal itself; -80 is silence."),
    Parameter("ping_pong", 0.0, 1.0, 0.0, "1: echoes begin on the left and change sides."),
    Parameter("low_cut_hz", 10.0, 2000.0, 120.0, "Frequencies below get weaker with each echo.", LOG),
    Parameter("high_cut_hz", 500.0, 20000.0, 6000.0, "Frequencies above get weaker with each echo.", LOG),
)  # fmt: skip
BEATS, TIME, FEEDBACK, MIX, DRY, PING_PONG, LOW_CUT, HIGH_CUT = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
OPTIONS = (
    Option("longest_s", 0.1, 20.0, 4.0, "Longest delay that fits; a longer one is halved until it does."),
)  # fmt: skip

LINES = 4
"""Gains that move along straight lines within a quantum: feedback, echoes, dry signal, ping-pong."""

DELAY_GROUP = insert_group(
    PARAMETERS,
    [
        ("write", "i8", PAIRS),  # frame of the memory where this quantum is written
        ("tap", "i8", PAIRS),  # delay in frames
        ("next_tap", "i8", PAIRS),
        ("fade", "i4", PAIRS),  # quanta of the fade to `next_tap` that are left
        ("high_share", "f4", PAIRS),
        ("low_share", "f4", PAIRS),
        ("high_state", "f4", LANES),
        ("low_state", "f4", LANES),
        ("line", "f4", (LINES, PAIRS)),  # at the end of the quantum before
    ],
)


def ring_frames(rate: int, values: Values) -> int:
    """Frames of one side's memory: whole quanta, the delay and the quantum that is written."""
    return math.ceil(values["longest_s"] * rate / QUANTUM) * QUANTUM + QUANTUM


def memory_frames(rate: int, values: Values) -> int:
    """Floats of both sides; each is followed by a copy of its first quantum, so that no read wraps."""
    return 2 * (ring_frames(rate, values) + QUANTUM)


def tail_s(values: Values) -> float:
    """Time until the echoes are 60 dB down, if every delay is the longest."""
    feedback = values["feedback"]
    return values["longest_s"] * (1.0 + (0.0 if feedback < 0.001 else math.log(0.001) / math.log(feedback)))


def gap_s(values: Values) -> float:
    """Longest silence between two echoes."""
    return values["longest_s"]


@rtsafe
def delay_frames(group: Any, column: int, frames: int, header: Any) -> int:
    """The delay that is wanted now, in frames; `frames` is the memory of one side."""
    seconds = np.float64(group["wanted"][TIME, column])
    seconds += np.float64(group["wanted"][BEATS, column]) * 60.0 / max(header["tempo_bpm"], 1.0)
    wanted = np.int64(seconds * header["sample_rate"] + 0.5)
    while wanted > frames - Q:
        wanted = wanted // np.int64(2)
    return max(wanted, Q)


@rtsafe
def line_target(group: Any, number: int, column: int) -> float:
    """Where a gain is at the end of this quantum."""
    now = group["now"]
    if number == 0:
        return now[FEEDBACK, column]
    if number == 1:
        return gain_of_db(now[MIX, column])
    if number == 2:
        return gain_of_db(now[DRY, column])
    return now[PING_PONG, column]


@rtsafe
def prepare(group: Any, column: int, frames: int, header: Any) -> None:
    """Follow the parameters of a column and the tempo."""
    wanted, rate = delay_frames(group, column, frames, header), F32(header["sample_rate"])
    if group["is_new"][column] == 1:
        group["tap"][column], group["next_tap"][column] = wanted, wanted
        group["fade"][column] = np.int32(0)
        group["write"][column] = np.int64(0)
        for number in range(np.int64(LINES)):
            group["line"][number, column] = line_target(group, number, column)
    if group["is_new"][column] == 1 or group["is_changed"][column] == 1:
        group["high_share"][column] = low_pass_share(group["now"][HIGH_CUT, column], rate)
        group["low_share"][column] = low_pass_share(group["now"][LOW_CUT, column], rate)
    if group["fade"][column] == 0 and wanted != group["tap"][column]:
        group["next_tap"][column] = wanted
        group["fade"][column] = np.int32(FADE_QUANTA)


@rtsafe
def fade_share(left: int) -> float:
    """How far a fade is, ½ - ½ cos: its slope is 0 at both ends, so that nothing clicks."""
    progress = ONE - F32(left) * F32(1.0 / FADE_QUANTA)
    half = HALF_PI * (progress + progress - ONE)
    # ½ - ½ cos(π p) = ½ + ½ sin(π (p - ½)), and sin = cos shifted: both stay within the polynomials' range
    return HALF + HALF * (cosine(half - HALF_PI) if half > ZERO else -cosine(half + HALF_PI))


@rtsafe
def read_tap(memory: int, frames: int, write: int, tap: int, to: int) -> None:
    """Copy the quantum that lies `tap` frames back to a row."""
    at = write - tap
    at += frames if at < 0 else np.int64(0)
    copy_rows(to, memory + np.int64(4) * at, np.int64(1))


@rtsafe
def read_echoes(group: Any, column: int, side: int, memory: int, frames: int, wet: int, other: int) -> None:
    """Write the echoes of a side to the row `wet`; `other` is a row of scratch memory."""
    write, left = group["write"][column], np.int64(group["fade"][column])
    read_tap(memory, frames, write, group["tap"][column], wet)
    if left > 0:
        read_tap(memory, frames, write, group["next_tap"][column], other)
        blend_row(wet, wet, other, fade_share(left), fade_share(left - np.int64(1)))
    lane = TWO_SIDES * column + side
    group["high_state"][lane] = low_pass(wet, wet, group["high_share"][column], group["high_state"][lane])
    group["low_state"][lane] = low_pass(other, wet, group["low_share"][column], group["low_state"][lane])
    low, row = carray(pointer(other), Q, np.float32), carray(pointer(wet), Q, np.float32)
    for i in range(Q):
        row[i] -= low[i]


@rtsafe
def write_sides(group: Any, column: int, memory: int, bytes_a_side: int, row: int, wet: int) -> None:
    """Write input and feedback to the memory, and dry signal and echoes to the bus."""
    line = group["line"]
    feedback, mix, dry, cross = line[0, column], line[1, column], line[2, column], line[3, column]
    share = F32(1.0 / QUANTUM)
    feedback_step = (line_target(group, np.int64(0), column) - feedback) * share
    mix_step = (line_target(group, np.int64(1), column) - mix) * share
    dry_step = (line_target(group, np.int64(2), column) - dry) * share
    cross_step = (line_target(group, np.int64(3), column) - cross) * share
    at = np.int64(4) * group["write"][column]
    to_left = carray(pointer(memory + at), Q, np.float32)
    to_right = carray(pointer(memory + bytes_a_side + at), Q, np.float32)
    left, right = carray(pointer(row), Q, np.float32), carray(pointer(row + ROW), Q, np.float32)
    wet_left, wet_right = carray(pointer(wet), Q, np.float32), carray(pointer(wet + ROW), Q, np.float32)
    for i in range(Q):
        frame = F32(np.int32(i))
        back, bounce = feedback + feedback_step * frame, cross + cross_step * frame
        keep = ONE - bounce
        middle = HALF * (left[i] + right[i])
        to_left[i] = keep * left[i] + bounce * middle + back * (keep * wet_left[i] + bounce * wet_right[i])
        to_right[i] = keep * right[i] + back * (keep * wet_right[i] + bounce * wet_left[i])
        direct, echo = dry + dry_step * frame, mix + mix_step * frame
        left[i] = direct * left[i] + echo * wet_left[i]
        right[i] = direct * right[i] + echo * wet_right[i]
    for number in range(np.int64(LINES)):
        line[number, column] = line_target(group, number, column)


@rtsafe
def advance(group: Any, column: int, memory: int, bytes_a_side: int, frames: int) -> None:
    """Advance the memory and the fade by a quantum; copy the first quantum behind the last."""
    if group["write"][column] == 0:
        for side in range(TWO_SIDES):
            ring = carray(pointer(memory + bytes_a_side * side), frames + Q, np.float32)
            for i in range(Q):
                ring[frames + i] = ring[i]
    at = group["write"][column] + Q
    group["write"][column] = np.int64(0) if at == frames else at
    if group["fade"][column] > 0:
        group["fade"][column] -= np.int32(1)
        if group["fade"][column] == 0:
            group["tap"][column] = group["next_tap"][column]


@rtsafe
def clear(group: Any, column: int) -> None:
    """Forget every echo: invalid samples would stay in the loop forever."""
    for side in range(TWO_SIDES):
        group["high_state"][TWO_SIDES * column + side] = ZERO
        group["low_state"][TWO_SIDES * column + side] = ZERO
    clear_memory(group, column, np.int64(0))


@rtsafe
def echo(group: Any, columns: int, header: Any) -> None:
    """Delay the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    wet = header["at_lanes"]
    other = wet + TWO_SIDES * ROW
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column) == 0:
            continue
        frames = group["memory_frames"][column] // TWO_SIDES - Q
        memory, bytes_a_side = group["memory"][column], np.int64(4) * (frames + Q)
        prepare(group, column, frames, header)
        for side in range(TWO_SIDES):
            read_echoes(group, column, side, memory + bytes_a_side * side, frames, wet + ROW * side, other)
        write_sides(group, column, memory, bytes_a_side, row_of(group, column, header), wet)
        advance(group, column, memory, bytes_a_side, frames)
        if end_column(group, column, header) == BROKEN:
            clear(group, column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Delay the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), DELAY_GROUP)[0]
    echo(group, columns, header)
    return np.int32(0)


DELAY = Processor(
    "delay",
    "A stereo delay in time with the music.",
    unit,
    DELAY_GROUP,
    PARAMETERS,
    OPTIONS,
    memory_frames,
    tail_s=tail_s,
    gap_s=gap_s,
    needs_tempo=True,
)
