"""A limiter that also sees peaks between samples, and looks ahead of them.

The gain that each peak needs is held for the look-ahead and then averaged over it, so that it is reached when
the peak arrives and moves along a smooth line; in between it recovers exponentially.  Both sides get the same
gain.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.late_rows import late_row, right_of, ring_floats, write_rows
from adaptive.kernel.dsp.levels import kept_share
from adaptive.kernel.dsp.maths import F32, ONE, ZERO, gain_of_db
from adaptive.kernel.dsp.one_pole import release_row
from adaptive.kernel.dsp.ramps import scale_quantum
from adaptive.kernel.dsp.rows import clear_rows, copy_rows, lower_in_place
from adaptive.kernel.dsp.true_peak import AHEAD, HISTORY_FLOATS, MOST_GAIN, move_history, raise_to_peaks
from adaptive.kernel.layout import HEADER, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Option, Parameter, Processor, Values
from adaptive.kernel.processors.insert import KEEPS, begin_columns, clear_memory, dry_rows, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
ROW, FLOAT = np.int64(4) * Q, np.int64(4)

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("gain_db", -24.0, 24.0, 0.0, "Level added before the ceiling: how loud it becomes."),
    Parameter("ceiling_db", -24.0, 0.0, -1.0, "Level that no peak exceeds, nor any between two samples."),
    Parameter("release_ms", 5.0, 1000.0, 80.0, "Time in which 63 % of a reduction is let go.", LOG),
)  # fmt: skip
GAIN, CEILING, RELEASE = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
OPTIONS = (Option("look_ahead_ms", 0.5, 10.0, 2.0, "By how much reductions begin before a peak."),)

LIMITER_GROUP = insert_group(
    PARAMETERS,
    [
        ("window", "i8", PAIRS),  # look-ahead in frames
        ("delay", "i8", PAIRS),  # that, and the frames that peaks between samples need
        ("gain", "f4", PAIRS),  # before the ceiling, at the end of the quantum before
        ("last_peak", "f4", PAIRS),  # between the last two samples whose successors are known
        ("reduction", "f4", PAIRS),  # gain before averaging, of the frame before
        ("calm_quanta", "i4", PAIRS),  # quanta without a peak above the ceiling
        ("still_quanta", "i4", PAIRS),  # quanta in which nothing was reduced, nor held
    ],
)


def window_frames(rate: int, values: Values) -> int:
    """Frames of the look-ahead."""
    return max(2, round(values["look_ahead_ms"] * rate / 1000.0))


def latency_frames(rate: int, values: Values) -> int:
    """Frames of the look-ahead, and those that peaks between samples need."""
    return window_frames(rate, values) + AHEAD


HISTORY_BYTES = np.int64(4 * HISTORY_FLOATS)
WORK_OFFSET = np.int64(2) * HISTORY_BYTES
LONG = np.int32(1000)
"""Calm quanta are counted up to here: more than a look-ahead has."""

ARRAYS = 3
"""Arrays of a look-ahead and a quantum: wanted gains, released ones, and those that are held."""


def memory_frames(rate: int, values: Values) -> int:
    """Floats of both histories, the arrays of gains, and the rings of the signal and its input."""
    arrays = ARRAYS * (window_frames(rate, values) + QUANTUM)
    return 2 * HISTORY_FLOATS + arrays + 2 * ring_floats(latency_frames(rate, values))


def prepare_column(group: Any, column: int, rate: int, values: Values) -> None:
    """Write the look-ahead of a new column."""
    group["window"][column] = window_frames(rate, values)
    group["delay"][column] = latency_frames(rate, values)
    group["last_peak"][column], group["reduction"][column] = 0.0, 1.0
    group["calm_quanta"][column], group["still_quanta"][column] = 0, 0


def fill_memory(memory: Any, rate: int, values: Values) -> None:
    """Write that nothing is reduced in a new column."""
    first, count = 2 * HISTORY_FLOATS, 2 * (window_frames(rate, values) + QUANTUM)
    memory[first : first + count] = 1.0


@rtsafe
def array_of(group: Any, column: int, number: int) -> int:
    """Address of one of the arrays of gains."""
    length = group["window"][column] + Q
    return group["memory"][column] + WORK_OFFSET + FLOAT * length * number


@rtsafe
def ring_of(group: Any, column: int, number: int) -> tuple[int, int]:
    """Address and frames of the ring of the signal (0) or of the input (1)."""
    frames = (group["delay"][column] + Q - np.int64(1)) // Q * Q + Q
    first = array_of(group, column, np.int64(ARRAYS))
    return first + FLOAT * np.int64(2) * (frames + Q) * number, frames


@rtsafe
def is_calm(group: Any, column: int, header: Any) -> bool:
    """Move the histories of a column on; return whether no peak can exceed the ceiling."""
    first, row = group["memory"][column], row_of(group, column, header)
    left = move_history(first, row)
    right = move_history(first + HISTORY_BYTES, row + ROW)
    most = F32(MOST_GAIN) * max(left, right)
    if most <= gain_of_db(group["now"][CEILING, column]) and group["last_peak"][column] == ZERO:
        group["calm_quanta"][column] = min(group["calm_quanta"][column] + np.int32(1), LONG)
        return True
    group["calm_quanta"][column], group["still_quanta"][column] = np.int32(0), np.int32(0)
    return False


@rtsafe
def want_gains(group: Any, column: int, header: Any, calm: bool) -> None:
    """Write the gain that each new frame needs, behind those of the look-ahead; `calm`: it is 1."""
    memory, window = group["memory"][column], group["window"][column]
    wanted = carray(pointer(array_of(group, column, np.int64(0))), window + Q, np.float32)
    for i in range(window):
        wanted[i] = wanted[i + Q]
    if calm:
        for i in range(Q):
            wanted[window + i] = ONE
        return
    peaks_at = header["at_lanes"]
    peaks = carray(pointer(peaks_at), Q, np.float32)
    clear_rows(peaks_at, np.int64(1))
    raise_to_peaks(memory, peaks_at)
    raise_to_peaks(memory + HISTORY_BYTES, peaks_at)
    ceiling, before = gain_of_db(group["now"][CEILING, column]), group["last_peak"][column]
    for i in range(Q):  # a peak between two samples needs the gain of both
        peak = max(peaks[i], before)
        before = peaks[i]
        wanted[window + i] = ceiling / peak if peak > ceiling else ONE
    # below the ceiling it asks for nothing
    group["last_peak"][column] = before if before > ceiling else ZERO


@rtsafe
def hold_gains(group: Any, column: int) -> None:
    """Write the least of the gains wanted within the look-ahead, of each new frame, to the third array.

    Windows of 2, 4, 8 … gains are each made of two of the windows before; the last two of them overlap.
    """
    window, length = group["window"][column], group["window"][column] + Q
    wanted = carray(pointer(array_of(group, column, np.int64(0))), length, np.float32)
    least = carray(pointer(array_of(group, column, np.int64(2))), length, np.float32)
    for i in range(length):
        least[i] = wanted[i]
    reach, whole = np.int64(1), window + np.int64(1)
    while reach < whole:
        shift = min(reach, whole - reach)
        lower_in_place(array_of(group, column, np.int64(2)), length, shift)
        reach += shift


@rtsafe
def average_gains(group: Any, column: int, out: int, sample_rate: float) -> None:
    """Release the gains that are held, average them over the look-ahead, and write them to a row."""
    window, length = group["window"][column], group["window"][column] + Q
    smooth_at = array_of(group, column, np.int64(1))
    smooth = carray(pointer(smooth_at), length, np.float32)
    for i in range(window):
        smooth[i] = smooth[i + Q]
    held = array_of(group, column, np.int64(2)) + FLOAT * window
    kept = kept_share(group["now"][RELEASE, column], sample_rate)
    to, before = smooth_at + FLOAT * window, group["reduction"][column]
    reduction = release_row(to, held, kept, before)
    if Q * np.int64(group["calm_quanta"][column]) > window + Q and (before == ONE or before == reduction):
        # in single precision it stops short of 1: when it no longer moves, it has recovered
        reduction = ONE
        group["still_quanta"][column] += np.int32(1)
    group["reduction"][column] = reduction
    gains = carray(pointer(out), Q, np.float32)
    total, share = ZERO, ONE / F32(np.int32(window))
    for i in range(np.int64(1), window):
        total += smooth[i] - ONE
    for i in range(Q):
        total += smooth[window + i] - ONE
        gains[i] = ONE + total * share
        total -= smooth[i + np.int64(1)] - ONE


@rtsafe
def limit_column(group: Any, column: int, header: Any) -> None:
    """Limit one column for a quantum."""
    row, frame, delay = row_of(group, column, header), header["frame"], group["delay"][column]
    goal = gain_of_db(group["now"][GAIN, column])
    if group["is_new"][column] == 1:
        group["gain"][column] = goal
    if group["wet_now"][column] != ONE or group["wet_wanted"][column] != ONE:
        ring, frames = ring_of(group, column, np.int64(1))
        write_rows(ring, frames, frame, row)
        left = late_row(ring, frames, frame, delay)
        copy_rows(dry_rows(header, column), left, np.int64(1))
        copy_rows(dry_rows(header, column) + ROW, right_of(left, frames), np.int64(1))
    gain = group["gain"][column]
    for side in range(np.int64(2)):
        scale_quantum(row + ROW * side, gain, (goal - gain) * F32(1.0 / QUANTUM))
    group["gain"][column] = goal
    ring, frames = ring_of(group, column, np.int64(0))
    write_rows(ring, frames, frame, row)
    calm = is_calm(group, column, header)
    left = late_row(ring, frames, frame, delay)
    if calm and Q * np.int64(group["still_quanta"][column]) > group["window"][column] + Q:
        copy_rows(row, left, np.int64(1))
        copy_rows(row + ROW, right_of(left, frames), np.int64(1))
        return
    want_gains(group, column, header, calm)
    hold_gains(group, column)
    average_gains(group, column, header["at_lanes"], F32(header["sample_rate"]))
    gains = carray(pointer(header["at_lanes"]), Q, np.float32)
    for side in range(np.int64(2)):
        source = carray(pointer(left if side == 0 else right_of(left, frames)), Q, np.float32)
        out = carray(pointer(row + ROW * side), Q, np.float32)
        for i in range(Q):
            out[i] = source[i] * gains[i]


@rtsafe
def clear(group: Any, column: int) -> None:
    """Forget what waits, and every reduction."""
    clear_memory(group, column, np.int64(0))
    length = np.int64(2) * (group["window"][column] + Q)
    gains = carray(pointer(array_of(group, column, np.int64(0))), length, np.float32)
    for i in range(length):
        gains[i] = ONE
    group["last_peak"][column], group["reduction"][column] = ZERO, ONE
    group["calm_quanta"][column], group["still_quanta"][column] = np.int32(0), np.int32(0)


@rtsafe
def limit(group: Any, columns: int, header: Any) -> None:
    """Limit the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            limit_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                clear(group, column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Limit the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), LIMITER_GROUP)[0]
    limit(group, columns, header)
    return np.int32(0)


LIMITER = Processor(
    "limiter",
    "A limiter with look-ahead that holds peaks, also those between samples, under a ceiling.",
    unit,
    LIMITER_GROUP,
    PARAMETERS,
    OPTIONS,
    memory_frames,
    latency_frames,
    prepare=prepare_column,
    fill_memory=fill_memory,
)
