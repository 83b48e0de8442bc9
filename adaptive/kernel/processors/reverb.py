"""The reverb: a feedback delay network of sixteen lines (Jot & Chaigne 1991, "Digital delay networks").

Every delay is longer than a quantum, so that the next 64 frames of a line do not depend on each other.  The
whole network (pre-delay, all-passes, lines and matrix) therefore processes eight frames at a time, in
registers, and reads and writes each delay once.  Damping in the loop is a two-point average, because the
frames of a recursive filter would depend on each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp import one_pole
from adaptive.kernel.dsp.maths import F32, ONE, ZERO, exp2
from adaptive.kernel.dsp.ramps import prefetch_quantum
from adaptive.kernel.dsp.rows import blend_row, copy_rows
from adaptive.kernel.dsp.vectors import (
    ROW_BYTES,
    VECTOR_BYTES,
    VECTORS,
    WORD,
    everywhere,
    load,
    splat,
    store,
)
from adaptive.kernel.layout import HEADER, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, Option, Parameter, Processor, Values
from adaptive.kernel.processors.insert import BROKEN, begin_columns, clear_memory, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group
from adaptive.kernel.processors.reverb_delays import lay_out, reverb_frames
from adaptive.kernel.processors.reverb_record import ALLPASSES, REVERB, REVERB_LINES, REVERB_ROWS

Q = np.int64(QUANTUM)
ROWS = np.int64(REVERB_ROWS)
LINES = np.int64(REVERB_LINES)
PREDELAY = REVERB_ROWS - 1
DIFFUSION, QUARTER = 0.62, 0.25  # 1/√16: the Hadamard matrix becomes orthogonal
FLOAT = np.int64(4)
ROW = FLOAT * Q
MINUS_SIXTY_DB = F32(-3.0 * np.log2(10.0))
"""In octaves, as `exp2` takes them."""

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("decay_s", 0.1, 60.0, 2.4, "Time in which the reverb falls by 60 dB.", LOG),
    Parameter("damping", 0.0, 1.0, 0.45, "How much faster high frequencies decay."),
    Parameter("low_cut_hz", 10.0, 2000.0, 180.0, "Keeps what lies below out of the reverb.", LOG),
    Parameter("mix", 0.0, 1.0, 1.0, "Share of the reverb in the output; 1: nothing of the signal itself."),
)
DECAY, DAMPING, LOW_CUT, MIX = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
OPTIONS = (Option("predelay_ms", 0.0, 300.0, 18.0, "Time before the reverb begins."),)

REVERB_GROUP = insert_group(PARAMETERS, [("reverbs", REVERB, PAIRS)])
REVERBS_OFFSET = int(REVERB_GROUP.fields["reverbs"][1])
REVERB_BYTES = int(REVERB.itemsize)


def _diffused(builder: Any, x: Any, reads: list[Any], writes: list[Any], at: Any) -> Any:
    """The input, diffused by all-passes in series (Schroeder 1962)."""
    weight = everywhere(DIFFUSION)
    for read, write in zip(reads, writes, strict=True):
        delayed = load(builder, read, at)
        inside = builder.fsub(x, builder.fmul(weight, delayed))
        x = builder.fadd(delayed, builder.fmul(weight, inside))
        store(builder, inside, write, at)
    return x


def _collected(builder: Any, ends: list[Any], gain: Any) -> list[Any]:
    """Left and right output: sums of the line outputs, with alternating channels and signs."""
    sides = [everywhere(0.0)] * 2
    for row, end in enumerate(ends):
        join = builder.fadd if (row // 2) % 2 == 0 else builder.fsub
        sides[row % 2] = join(sides[row % 2], builder.fmul(gain, end))
    return sides


def _mixed(builder: Any, lines: list[Any]) -> list[Any]:
    """The lines, multiplied by a Hadamard matrix of order 16 (four rounds of butterflies)."""
    half = 1
    while half < REVERB_LINES:
        for low in range(REVERB_LINES):
            if not low & half:
                a, b = lines[low], lines[low + half]
                lines[low], lines[low + half] = builder.fadd(a, b), builder.fsub(a, b)
        half *= 2
    return lines


@intrinsic
def run_network(_context: Any, _reverb: Any, _memory: Any, _out: Any) -> Any:
    """Read, mix and write every delay of a reverb for a quantum; write its output to the two rows at `_out`.

    All arguments are addresses: of a `REVERB`, of its memory, and of the output.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        reverb, memory, out = args

        def field(name: str, index: int = 0, kind: Any = WORD) -> Any:
            size = 8 if kind is WORD else 4
            return load(builder, reverb, int(REVERB.fields[name][1]) + size * index, kind)

        def number(name: str, index: int = 0) -> Any:
            return splat(builder, field(name, index, ir.FloatType()))

        def address(name: str, row: int) -> Any:
            return builder.add(memory, builder.mul(field(name, row), WORD(4)))

        reads = [address("reads", row) for row in range(REVERB_ROWS)]
        writes = [address("writes", row) for row in range(REVERB_ROWS)]
        quarter = everywhere(QUARTER)
        with cgutils.for_range(builder, WORD(VECTORS)) as loop:
            at = builder.mul(loop.index, WORD(VECTOR_BYTES))
            after = builder.add(at, WORD(4))
            before = [load(builder, read, at) for read in reads[:REVERB_LINES]]
            ends = [load(builder, read, after) for read in reads[:REVERB_LINES]]
            for side, output in enumerate(_collected(builder, ends, number("gain"))):
                store(builder, output, builder.add(out, WORD(side * ROW_BYTES)), at)
            weight = builder.fmul(everywhere(0.5), number("damping"))
            for row, (here, last) in enumerate(zip(list(ends), before, strict=True)):
                damped = builder.fadd(here, builder.fmul(weight, builder.fsub(last, here)))
                ends[row] = builder.fmul(number("feedback", row), damped)
            entering = load(builder, reads[PREDELAY], at)
            allpasses = slice(REVERB_LINES, REVERB_LINES + ALLPASSES)
            entering = _diffused(builder, entering, reads[allpasses], writes[allpasses], at)
            entering = builder.fmul(quarter, entering)
            for row, line in enumerate(_mixed(builder, ends)):
                join = builder.fadd if row % 2 == 0 else builder.fsub
                store(builder, join(builder.fmul(line, quarter), entering), writes[row], at)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@rtsafe
def find_rows(reverb: Any) -> None:
    """Compute where each row is read and written in this quantum; lines start one frame early for damping."""
    for row in range(ROWS):
        early = np.int64(1) if row < LINES else np.int64(0)
        at = reverb["row_write"][row] - reverb["length"][row] - early
        at += reverb["row_frames"][row] if at < 0 else np.int64(0)
        reverb["reads"][row] = reverb["row_first"][row] + at
        reverb["writes"][row] = reverb["row_first"][row] + reverb["row_write"][row]


@rtsafe
def move_rows(reverb: Any, memory: Any, address: int) -> None:
    """Advance every row by a quantum, copy its first quantum behind its last, prefetch the next read."""
    for row in range(ROWS):
        first, frames = reverb["row_first"][row], reverb["row_frames"][row]
        if reverb["row_write"][row] == 0:
            for i in range(Q):
                memory[first + frames + i] = memory[first + i]
        at = reverb["row_write"][row] + Q
        reverb["row_write"][row] = np.int64(0) if at == frames else at
        prefetch_quantum(address + FLOAT * (reverb["reads"][row] + Q))


@rtsafe
def follow(group: Any, column: int, reverb: Any, rate: float) -> None:
    """Compute what follows from the parameters of a column, while they move.

    At rest it has what `reverb_delays.lay_out` computed, with float64.
    """
    now = group["now"]
    if group["is_new"][column] == 1:
        reverb["mix"] = now[MIX, column]
    if group["is_changed"][column] == 0:
        return
    octaves = MINUS_SIXTY_DB / (rate * now[DECAY, column])
    for line in range(LINES):
        reverb["feedback"][line] = exp2(octaves * F32(reverb["length"][line]))
    reverb["damping"] = now[DAMPING, column]
    reverb["low_cut"] = one_pole.low_pass_share(now[LOW_CUT, column], rate)


@rtsafe
def render_reverb(reverb: Any, reverb_address: int, rows_address: int, frames: int, address: int) -> None:
    """Replace the audio of a bus with the output of a reverb.

    Parameters
    ----------
    reverb, reverb_address : REVERB, int64
        Its state, and the address of that.
    rows_address, frames : int64
        Address and number of the float32 of its delays.
    address : int64
        Address of the audio of the bus, float32, shape (2, quantum).
    """
    find_rows(reverb)
    input_address = rows_address + FLOAT * reverb["writes"][PREDELAY]
    reverb["low_cut_state"] = one_pole.low_cut(
        input_address, address, reverb["low_cut"], reverb["low_cut_state"]
    )
    run_network(reverb_address, rows_address, address)
    move_rows(reverb, carray(pointer(rows_address), frames, np.float32), rows_address)


@rtsafe
def reverberate(group: Any, group_address: int, columns: int, header: Any) -> None:
    """Process the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    first = group_address + np.int64(REVERBS_OFFSET)
    reverbs = carray(pointer(first), np.int64(PAIRS), REVERB)
    kept = header["at_lanes"]
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column) == 0:
            continue
        reverb, rows, frames = reverbs[column], group["memory"][column], group["memory_frames"][column]
        follow(group, column, reverb, F32(header["sample_rate"]))
        audio = row_of(group, column, header)
        before, after = reverb["mix"], group["now"][MIX, column]
        is_mixed = before != ONE or after != ONE
        if is_mixed:
            copy_rows(kept, audio, np.int64(2))
        render_reverb(reverb, first + np.int64(REVERB_BYTES) * column, rows, frames, audio)
        if is_mixed:
            for side in range(np.int64(2)):
                wet = audio + ROW * side
                blend_row(wet, kept + ROW * side, wet, before, after)
            reverb["mix"] = after
        if end_column(group, column, header) == BROKEN:
            # in the feedback loop invalid samples would stay forever
            reverb["low_cut_state"] = ZERO
            clear_memory(group, column, np.int64(0))


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Process the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), REVERB_GROUP)[0]
    reverberate(group, group_address, columns, header)
    return np.int32(0)


def prepare(group: Any, column: int, rate: int, values: Values) -> None:
    """Lay out the delays of a new reverb; see `descriptor.Processor.prepare`."""
    lay_out(group["reverbs"][column], rate, values)


REVERB_PROCESSOR = Processor(
    "reverb",
    "A room: a feedback delay network of sixteen lines.",
    unit,
    REVERB_GROUP,
    PARAMETERS,
    OPTIONS,
    reverb_frames,
    tail_s=lambda values: values["predelay_ms"] / 1000.0 + values["decay_s"],
    gap_s=lambda values: 0.5 + values["predelay_ms"] / 1000.0,
    prepare=prepare,
)
