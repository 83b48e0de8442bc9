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
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp import one_pole
from adaptive.kernel.dsp.maths import F32, ZERO
from adaptive.kernel.dsp.meter import energy
from adaptive.kernel.dsp.ramps import prefetch_quantum
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
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.processors.reverb_record import ALLPASSES, REVERB, REVERB_LINES, REVERB_ROWS

Q = np.int64(QUANTUM)
ROWS = np.int64(REVERB_ROWS)
LINES = np.int64(REVERB_LINES)
PREDELAY = REVERB_ROWS - 1
DIFFUSION, QUARTER = 0.62, 0.25  # 1/√16: the Hadamard matrix becomes orthogonal
QUIET = F32(1e-10)  # energy of a quantum: -120 dB
TOO_LOUD = F32(1e12)
FLOAT = np.int64(4)
ROW = FLOAT * Q


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
def render_reverb(
    reverb: Any, reverb_address: int, memory: Any, rows_address: int, audio: Any, address: int
) -> None:
    """Replace the audio of a bus with the output of a reverb.

    Parameters
    ----------
    reverb, reverb_address : REVERB, int64
        Its state, and the address of that.
    memory, rows_address : float32 array, int64
        The frames of its delays, and the address of the first.
    audio, address : float32, shape (2, quantum), int64
        Audio of the bus, and its address.
    """
    input_energy = energy(address) + energy(address + ROW)
    if input_energy > ZERO:
        reverb["quiet_quanta"] = np.int32(0)
    if reverb["is_quiet"] == 1 and input_energy == ZERO:
        return
    reverb["is_quiet"] = np.int32(0)
    find_rows(reverb)
    input_address = rows_address + FLOAT * reverb["writes"][PREDELAY]
    reverb["low_cut_state"] = one_pole.low_cut(
        input_address, address, reverb["low_cut"], reverb["low_cut_state"]
    )
    run_network(reverb_address, rows_address, address)
    output_energy = energy(address) + energy(address + ROW)
    if not (output_energy < TOO_LOUD):
        clear_reverb(reverb, memory, audio)
    move_rows(reverb, memory, rows_address)
    reverb["quiet_quanta"] = reverb["quiet_quanta"] + np.int32(1) if output_energy < QUIET else np.int32(0)
    if reverb["quiet_quanta"] > reverb["quiet_limit"]:
        reverb["is_quiet"] = np.int32(1)


@rtsafe
def clear_reverb(reverb: Any, memory: Any, audio: Any) -> None:
    """Clear a reverb with invalid samples: in its feedback loop they would stay forever."""
    reverb["low_cut_state"] = ZERO
    for i in range(memory.size):
        memory[i] = ZERO
    for i in range(Q):
        audio[0, i] = ZERO
        audio[1, i] = ZERO
