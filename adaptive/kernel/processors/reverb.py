"""A room: sixteen delay lines that feed each other (Jot & Chaigne 1991, "Digital delay networks").

Every delay is longer than a quantum, so that a line's next 64 frames do not depend on each other and the
whole network runs along time, eight frames of everything at once: pre-delay, all-passes, lines and matrix, in
registers between the one reading and the one writing of each delay.  Damping is a two-point average in the
loop for the same reason: a recursive filter could not.
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
from adaptive.kernel.layout import ALLPASSES, QUANTUM, REVERB, REVERB_LINES, REVERB_ROWS

Q = np.int64(QUANTUM)
ROWS = np.int64(REVERB_ROWS)
LINES = np.int64(REVERB_LINES)
PREDELAY = REVERB_ROWS - 1
DIFFUSION, QUARTER = 0.62, 0.25  # 1/√16: the Hadamard matrix becomes orthogonal
QUIET = F32(1e-10)  # energy of a quantum: -120 dB
TOO_LOUD = F32(1e12)
FLOAT = np.int64(4)
ROW = FLOAT * Q


def _smeared(builder: Any, x: Any, reads: list[Any], writes: list[Any], at: Any) -> Any:
    """What enters, through all-passes (Schroeder 1962)."""
    share = everywhere(DIFFUSION)
    for read, write in zip(reads, writes, strict=True):
        delayed = load(builder, read, at)
        inside = builder.fsub(x, builder.fmul(share, delayed))
        x = builder.fadd(delayed, builder.fmul(share, inside))
        store(builder, inside, write, at)
    return x


def _collected(builder: Any, ends: list[Any], gain: Any) -> list[Any]:
    """The lines' ends on the two channels, alternating sides and signs."""
    sides = [everywhere(0.0)] * 2
    for row, end in enumerate(ends):
        join = builder.fadd if (row // 2) % 2 == 0 else builder.fsub
        sides[row % 2] = join(sides[row % 2], builder.fmul(gain, end))
    return sides


def _mixed(builder: Any, lines: list[Any]) -> list[Any]:
    """The lines times a Hadamard matrix of order 16 (four rounds of butterflies)."""
    half = 1
    while half < REVERB_LINES:
        for low in range(REVERB_LINES):
            if not low & half:
                a, b = lines[low], lines[low + half]
                lines[low], lines[low + half] = builder.fadd(a, b), builder.fsub(a, b)
        half *= 2
    return lines


@intrinsic
def run_network(_context: Any, _room: Any, _memory: Any, _out: Any) -> Any:
    """Read, mix and write every delay of a room for a quantum; its answer goes to the two rows at `_out`.

    Of the room, a `REVERB`, and its memory nothing else may be known here than where they lie.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        room, memory, out = args

        def field(name: str, index: int = 0, kind: Any = WORD) -> Any:
            size = 8 if kind is WORD else 4
            return load(builder, room, int(REVERB.fields[name][1]) + size * index, kind)

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
            for side, heard in enumerate(_collected(builder, ends, number("gain"))):
                store(builder, heard, builder.add(out, WORD(side * ROW_BYTES)), at)
            share = builder.fmul(everywhere(0.5), number("damping"))
            for row, (here, last) in enumerate(zip(list(ends), before, strict=True)):
                damped = builder.fadd(here, builder.fmul(share, builder.fsub(last, here)))
                ends[row] = builder.fmul(number("feedback", row), damped)
            entering = load(builder, reads[PREDELAY], at)
            smearing = slice(REVERB_LINES, REVERB_LINES + ALLPASSES)
            entering = _smeared(builder, entering, reads[smearing], writes[smearing], at)
            entering = builder.fmul(quarter, entering)
            for row, line in enumerate(_mixed(builder, ends)):
                join = builder.fadd if row % 2 == 0 else builder.fsub
                store(builder, join(builder.fmul(line, quarter), entering), writes[row], at)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@rtsafe
def find_rows(room: Any) -> None:
    """Where this quantum is read and written; a line is read from the frame before its end."""
    for row in range(ROWS):
        early = np.int64(1) if row < LINES else np.int64(0)
        at = room["row_write"][row] - room["length"][row] - early
        at += room["row_frames"][row] if at < 0 else np.int64(0)
        room["reads"][row] = room["row_first"][row] + at
        room["writes"][row] = room["row_first"][row] + room["row_write"][row]


@rtsafe
def move_rows(room: Any, memory: Any, address: int) -> None:
    """Move on by a quantum: repeat a row's first quantum behind its last, ask for what is touched next."""
    for row in range(ROWS):
        first, frames = room["row_first"][row], room["row_frames"][row]
        if room["row_write"][row] == 0:
            for i in range(Q):
                memory[first + frames + i] = memory[first + i]
        at = room["row_write"][row] + Q
        room["row_write"][row] = np.int64(0) if at == frames else at
        prefetch_quantum(address + FLOAT * (room["reads"][row] + Q))


@rtsafe
def render_reverb(
    room: Any, room_address: int, memory: Any, rows_address: int, audio: Any, address: int
) -> None:
    """Replace a bus's audio by the room's answer to it; all three are also given by address."""
    loudness = energy(address) + energy(address + ROW)
    if loudness > ZERO:
        room["quiet_quanta"] = np.int32(0)
    if room["is_quiet"] == 1 and loudness == ZERO:
        return
    room["is_quiet"] = np.int32(0)
    find_rows(room)
    entrance = rows_address + FLOAT * room["writes"][PREDELAY]
    room["low_cut_state"] = one_pole.low_cut(entrance, address, room["low_cut"], room["low_cut_state"])
    run_network(room_address, rows_address, address)
    loudest = energy(address) + energy(address + ROW)
    if not (loudest < TOO_LOUD):
        clear_room(room, memory, audio)
    move_rows(room, memory, rows_address)
    room["quiet_quanta"] = room["quiet_quanta"] + np.int32(1) if loudest < QUIET else np.int32(0)
    if room["quiet_quanta"] > room["quiet_limit"]:
        room["is_quiet"] = np.int32(1)


@rtsafe
def clear_room(room: Any, memory: Any, audio: Any) -> None:
    """Forget what broke: not-a-number in a loop would otherwise stay for ever."""
    room["low_cut_state"] = ZERO
    for i in range(memory.size):
        memory[i] = ZERO
    for i in range(Q):
        audio[0, i] = ZERO
        audio[1, i] = ZERO
