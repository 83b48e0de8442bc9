"""A reverb by convolution with the recorded response of a room, without latency.

Both sides are transformed at once, as the real and the imaginary part of one signal.  The first 2,048 frames
of the response are convolved in every quantum.  The rest is convolved in parts of 1,024 frames, spread over
the sixteen quanta in which such a part fills: a transform in the first, sums in the next fourteen, the
inverse in the last.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, gain_of_db
from adaptive.kernel.dsp.small_fft import transform
from adaptive.kernel.layout import HEADER, PAIRS, QUANTUM
from adaptive.kernel.processors import convolution_memory as m
from adaptive.kernel.processors.descriptor import Option, Parameter, Processor, Values
from adaptive.kernel.processors.insert import KEEPS, begin_columns, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
FLOAT = np.int64(4)
ROW = FLOAT * Q
TWO, FOUR = np.int64(2), np.int64(4)
SHORT, LONG = np.int64(m.SHORT), np.int64(m.LONG)
SHORT_BINS, LONG_BINS = np.int64(m.SHORT_BINS), np.int64(m.LONG_BINS)
SHORT_BYTES, LONG_BYTES = FLOAT * np.int64(m.SHORT_SPECTRUM), FLOAT * np.int64(m.LONG_SPECTRUM)
MOST_SHORT, PERIOD = np.int64(m.MOST_SHORT), np.int64(m.PERIOD)
BEFORE, SHORT_SPECTRA = FLOAT * np.int64(m.BEFORE), FLOAT * np.int64(m.SHORT_SPECTRA)
INPUT, OUTPUT, SUM = FLOAT * np.int64(m.INPUT), FLOAT * np.int64(m.OUTPUT), FLOAT * np.int64(m.SUM)
WORK, SHORT_SUM = FLOAT * np.int64(m.WORK), FLOAT * np.int64(m.SHORT_SUM)
SHORT_TABLE, LONG_TABLE = FLOAT * np.int64(m.SHORT_TABLE), FLOAT * np.int64(m.LONG_TABLE)
SHORT_RESPONSE = FLOAT * np.int64(m.SHORT_RESPONSE)
SIDE = FLOAT * LONG
STATE_FLOATS = np.int64(m.STATE_FLOATS)
SUMS = PERIOD - TWO
"""Quanta of a period in which parts are added."""

PARAMETERS = (
    Parameter("level_db", -80.0, 24.0, 0.0, "Level of the reverb; -80 is silence."),
    Parameter("mix", 0.0, 1.0, 1.0, "Share of the reverb in the output; 1: nothing of the signal itself."),
)
LEVEL, MIX = range(len(PARAMETERS))
OPTIONS = (Option("predelay_ms", 0.0, 300.0, 0.0, "Time before the response begins."),)

CONVOLUTION_GROUP = insert_group(
    PARAMETERS,
    [
        ("short_parts", "i8", PAIRS),
        ("long_parts", "i8", PAIRS),
        ("short_at", "i8", PAIRS),  # where the spectrum of this quantum is kept
        ("long_at", "i8", PAIRS),  # where that of the long part is kept that was complete last
        ("phase", "i8", PAIRS),  # quanta since then
        ("wet", "f4", PAIRS),  # gains at the end of the quantum before
        ("dry", "f4", PAIRS),
    ],
)


def prepare(group: Any, column: int, _rate: int, values: Values) -> None:
    """Write how many parts the response of a new column has."""
    short, long = m.parts_of(round(values["response_frames"]))
    group["short_parts"][column], group["long_parts"][column] = short, long
    for field in ("short_at", "long_at", "phase"):
        group[field][column] = 0


@rtsafe
def part_sides(real: int, imaginary: int, size: int, bins: int, to: int) -> None:
    """Write the spectra of two real signals that were transformed as one complex signal of `size` points."""
    re, im = carray(pointer(real), size, np.float32), carray(pointer(imaginary), size, np.float32)
    left_re = carray(pointer(to), bins, np.float32)
    left_im = carray(pointer(to + FLOAT * bins), bins, np.float32)
    right_re = carray(pointer(to + TWO * FLOAT * bins), bins, np.float32)
    right_im = carray(pointer(to + np.int64(3) * FLOAT * bins), bins, np.float32)
    left_re[0], left_im[0], right_re[0], right_im[0] = re[0], ZERO, im[0], ZERO
    for k in range(np.int64(1), size // TWO + np.int64(1)):
        other = size - k
        left_re[k], left_im[k] = HALF * (re[k] + re[other]), HALF * (im[k] - im[other])
        right_re[k], right_im[k] = HALF * (im[k] + im[other]), HALF * (re[other] - re[k])


@rtsafe
def join_sides(spectrum: int, size: int, bins: int, real: int, imaginary: int) -> None:
    """Write the spectrum of the complex signal whose parts have the spectra of two sides, over its size."""
    re, im = carray(pointer(real), size, np.float32), carray(pointer(imaginary), size, np.float32)
    left_re = carray(pointer(spectrum), bins, np.float32)
    left_im = carray(pointer(spectrum + FLOAT * bins), bins, np.float32)
    right_re = carray(pointer(spectrum + TWO * FLOAT * bins), bins, np.float32)
    right_im = carray(pointer(spectrum + np.int64(3) * FLOAT * bins), bins, np.float32)
    scale = ONE / F32(np.int32(size))
    re[0], im[0] = scale * left_re[0], scale * right_re[0]
    for k in range(np.int64(1), size // TWO + np.int64(1)):
        other = size - k
        re[other], im[other] = scale * (left_re[k] + right_im[k]), scale * (right_re[k] - left_im[k])
        re[k], im[k] = scale * (left_re[k] - right_im[k]), scale * (left_im[k] + right_re[k])


@rtsafe
def add_product(to: int, a: int, b: int, bins: int) -> None:
    """Add the product of two spectra of both sides to a third."""
    for side in range(TWO):
        at = TWO * FLOAT * bins * side
        sum_re = carray(pointer(to + at), bins, np.float32)
        sum_im = carray(pointer(to + at + FLOAT * bins), bins, np.float32)
        a_re = carray(pointer(a + at), bins, np.float32)
        a_im = carray(pointer(a + at + FLOAT * bins), bins, np.float32)
        b_re = carray(pointer(b + at), bins, np.float32)
        b_im = carray(pointer(b + at + FLOAT * bins), bins, np.float32)
        for k in range(bins):
            sum_re[k] += a_re[k] * b_re[k] - a_im[k] * b_im[k]
            sum_im[k] += a_re[k] * b_im[k] + a_im[k] * b_re[k]


@rtsafe
def fill(address: int, count: int) -> None:
    """Write zeros."""
    row = carray(pointer(address), count, np.float32)
    for i in range(count):
        row[i] = ZERO


@rtsafe
def copy(to: int, source: int, count: int) -> None:
    """Copy floats."""
    row, data = carray(pointer(to), count, np.float32), carray(pointer(source), count, np.float32)
    for i in range(count):
        row[i] = data[i]


@rtsafe
def convolve_head(group: Any, column: int, memory: int, row: int, out: int) -> None:
    """Convolve a quantum with the short parts of the response; write both sides to the rows at `out`."""
    real, imaginary = memory + WORK, memory + WORK + FLOAT * TWO * SHORT
    work = imaginary + FLOAT * TWO * SHORT
    for side in range(TWO):
        part = real if side == 0 else imaginary
        copy(part, memory + BEFORE + ROW * side, SHORT)
        copy(part + ROW, row + ROW * side, SHORT)
        copy(memory + BEFORE + ROW * side, row + ROW * side, SHORT)
    transform(real, imaginary, work, memory + SHORT_TABLE, TWO * SHORT)
    at = group["short_at"][column]
    part_sides(real, imaginary, TWO * SHORT, SHORT_BINS, memory + SHORT_SPECTRA + SHORT_BYTES * at)
    fill(memory + SHORT_SUM, FOUR * SHORT_BINS)
    for part in range(group["short_parts"][column]):
        place = at - part
        place += MOST_SHORT if place < 0 else np.int64(0)
        spectrum = memory + SHORT_SPECTRA + SHORT_BYTES * place
        response = memory + SHORT_RESPONSE + SHORT_BYTES * part
        add_product(memory + SHORT_SUM, spectrum, response, SHORT_BINS)
    group["short_at"][column] = np.int64(0) if at + np.int64(1) == MOST_SHORT else at + np.int64(1)
    join_sides(memory + SHORT_SUM, TWO * SHORT, SHORT_BINS, real, imaginary)
    transform(imaginary, real, work, memory + SHORT_TABLE, TWO * SHORT)  # the inverse
    copy(out, real + ROW, SHORT)
    copy(out + ROW, imaginary + ROW, SHORT)


@rtsafe
def add_parts(group: Any, column: int, memory: int, responses: int, spectra: int) -> None:
    """Add this quantum's share of the long parts to the sum."""
    parts, turn = group["long_parts"][column], group["phase"][column] - np.int64(1)
    first, last = parts * turn // SUMS, parts * (turn + np.int64(1)) // SUMS
    for part in range(first, last):
        place = group["long_at"][column] - part
        place += parts if place < 0 else np.int64(0)
        add_product(memory + SUM, spectra + LONG_BYTES * place, responses + LONG_BYTES * part, LONG_BINS)


@rtsafe
def convolve_tail(group: Any, column: int, memory: int, row: int, out: int) -> None:
    """Do this quantum's share of the work for the long parts, and add what they gave to the rows at `out`."""
    phase, parts = group["phase"][column], group["long_parts"][column]
    responses = memory + SHORT_RESPONSE + SHORT_BYTES * group["short_parts"][column]
    spectra = responses + LONG_BYTES * parts
    real, imaginary = memory + WORK, memory + WORK + FLOAT * TWO * LONG
    work = imaginary + FLOAT * TWO * LONG
    for side in range(TWO):
        to, heard = carray(pointer(out + ROW * side), Q, np.float32), memory + OUTPUT + SIDE * side
        data = carray(pointer(heard + ROW * phase), Q, np.float32)
        for i in range(Q):
            to[i] += data[i]
    if phase == 0:  # the input has the part before, and the one that was completed by the last quantum
        copy(real, memory + INPUT, TWO * LONG)
        copy(imaginary, memory + INPUT + TWO * SIDE, TWO * LONG)
        transform(real, imaginary, work, memory + LONG_TABLE, TWO * LONG)
        at = group["long_at"][column] + np.int64(1)
        at = np.int64(0) if at >= parts else at
        group["long_at"][column] = at
        part_sides(real, imaginary, TWO * LONG, LONG_BINS, spectra + LONG_BYTES * at)
        fill(memory + SUM, FOUR * LONG_BINS)
        for side in range(TWO):  # the completed part becomes the one before
            block = memory + INPUT + TWO * SIDE * side
            copy(block, block + SIDE, LONG)
    elif phase < PERIOD - np.int64(1):
        add_parts(group, column, memory, responses, spectra)
    else:
        join_sides(memory + SUM, TWO * LONG, LONG_BINS, real, imaginary)
        transform(imaginary, real, work, memory + LONG_TABLE, TWO * LONG)
        copy(memory + OUTPUT, real + SIDE, LONG)
        copy(memory + OUTPUT + SIDE, imaginary + SIDE, LONG)
    for side in range(TWO):
        copy(memory + INPUT + TWO * SIDE * side + SIDE + ROW * phase, row + ROW * side, SHORT)
    group["phase"][column] = np.int64(0) if phase + np.int64(1) == PERIOD else phase + np.int64(1)


@rtsafe
def convolve_column(group: Any, column: int, header: Any) -> None:
    """Convolve one column for a quantum."""
    now, row, memory = group["now"], row_of(group, column, header), group["memory"][column]
    wet_goal, dry_goal = now[MIX, column] * gain_of_db(now[LEVEL, column]), ONE - now[MIX, column]
    if group["is_new"][column] == 1:
        group["wet"][column], group["dry"][column] = wet_goal, dry_goal
    out = header["at_lanes"]
    convolve_head(group, column, memory, row, out)
    if group["long_parts"][column] > 0:
        convolve_tail(group, column, memory, row, out)
    wet, dry, share = group["wet"][column], group["dry"][column], F32(1.0 / QUANTUM)
    wet_step, dry_step = (wet_goal - wet) * share, (dry_goal - dry) * share
    for side in range(TWO):
        audio, heard = (
            carray(pointer(row + ROW * side), Q, np.float32),
            carray(pointer(out + ROW * side), Q, np.float32),
        )
        for i in range(Q):
            frame = F32(np.int32(i))
            audio[i] = (dry + dry_step * frame) * audio[i] + (wet + wet_step * frame) * heard[i]
    group["wet"][column], group["dry"][column] = wet_goal, dry_goal


@rtsafe
def clear(group: Any, column: int) -> None:
    """Forget what has sounded, but not the response."""
    memory, parts = group["memory"][column], group["long_parts"][column]
    fill(memory, STATE_FLOATS)
    spectra = memory + SHORT_RESPONSE + SHORT_BYTES * group["short_parts"][column] + LONG_BYTES * parts
    fill(spectra, FOUR * LONG_BINS * parts)
    group["phase"][column] = np.int64(0)


@rtsafe
def convolve(group: Any, columns: int, header: Any) -> None:
    """Convolve the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, np.int64(0))
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            convolve_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                clear(group, column)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Convolve the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), CONVOLUTION_GROUP)[0]
    convolve(group, columns, header)
    return np.int32(0)


CONVOLUTION = Processor(
    "convolution",
    "The reverb of a real room, or of anything else, by the recording of its impulse response.",
    unit,
    CONVOLUTION_GROUP,
    PARAMETERS,
    OPTIONS,
    tail_s=lambda values: values.get("response_s", 0.0),
    gap_s=lambda values: 0.2 + values.get("response_s", 0.0),
    prepare=prepare,
    memory_of=m.memory_of,
)
