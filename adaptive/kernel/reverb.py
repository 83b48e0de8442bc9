"""A room: sixteen delay lines that feed each other (Jot & Chaigne 1991, "Digital delay networks").

Every line is longer than a quantum, so that a line's next 64 frames do not depend on each other and the
whole network runs along time, sixteen rows of vectors.  Damping is a two-point average in the loop for
the same reason: a recursive filter could not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.atomic import prefetch
from adaptive.kernel.jit import rtsafe
from adaptive.kernel.layout import ALLPASSES, QUANTUM, REVERB_LINES
from adaptive.kernel.maths import F32, HALF, ONE, ZERO
from adaptive.kernel.meter import energy

Q = np.int64(QUANTUM)
LINES = np.int64(REVERB_LINES)
INPUT, SCRATCH = LINES, LINES + np.int64(1)
DIFFUSION = F32(0.62)
QUARTER = F32(0.25)  # 1/√16: the Hadamard matrix becomes orthogonal
QUIET = F32(1e-10)  # energy of a quantum: -120 dB
TOO_LOUD = F32(1e12)
FLOAT = np.int64(4)
ROW = FLOAT * Q
ROWS = REVERB_LINES + ALLPASSES
"""Rows of memory a room needs: its lines and its all-passes.  The pre-delay, much longer, lies apart."""


@rtsafe
def read_row(row: Any, at: int, mask: int, out: Any, count: Any) -> None:
    """Copy `count` frames of a row of memory that begin at `at` (wrapped)."""
    start = at & mask
    first = min(count, mask + np.int64(1) - start)
    for i in range(first):
        out[i] = row[start + i]
    for i in range(count - first):
        out[first + i] = row[i]


@rtsafe
def write_row(row: Any, at: int, mask: int, data: Any) -> None:
    """Write 64 frames to a row of memory; `at` is a multiple of 64, so that they never wrap."""
    start = at & mask
    for i in range(Q):
        row[start + i] = data[i]


@rtsafe
def prefetch_rows(room: Any, rows_address: int, stride: int, at: int) -> None:
    """Ask for what the next quantum writes and reads: the rows are larger than the nearest cache."""
    mask = room["mask"]
    for row in range(np.int64(ROWS)):
        base = rows_address + row * stride
        for line in range(np.int64(4)):
            prefetch(base + FLOAT * (at & mask) + line * np.int64(64))
    for row in range(LINES):
        base = rows_address + row * stride
        ends = (at - room["length"][row] - np.int64(1)) & mask
        for line in range(np.int64(5)):
            prefetch(base + FLOAT * ends + line * np.int64(64))


@rtsafe
def low_cut(room: Any, audio: Any) -> None:
    """Take the bass out of what enters: a one-pole high-pass on the sum of both channels."""
    state, share = room["low_cut_state"][0], room["low_cut"]
    for i in range(Q):
        value = HALF * (audio[0, i] + audio[1, i])
        state += (value - state) * share
        room["line"][INPUT, i] = value - state
    room["low_cut_state"][0] = state


@rtsafe
def diffuse(room: Any, memory: Any) -> None:
    """Smear what enters through all-passes (Schroeder 1962), each longer than a quantum."""
    for number in range(np.int64(ALLPASSES)):
        row = LINES + number
        at = room["write"]
        read_row(memory[row], at - room["allpass_length"][number], room["mask"], room["line"][SCRATCH], Q)
        for i in range(Q):
            delayed = room["line"][SCRATCH, i]
            inside = room["line"][INPUT, i] - DIFFUSION * delayed
            room["line"][INPUT, i] = delayed + DIFFUSION * inside
            room["line"][SCRATCH, i] = inside
        write_row(memory[row], at, room["mask"], room["line"][SCRATCH])


@rtsafe
def damp(room: Any) -> None:
    """Average each line with its own last frame: highs die sooner than lows."""
    share = HALF * room["damping"]
    for row in range(LINES):
        gain = room["feedback"][row]
        for i in range(QUANTUM):
            here, before = room["ends"][row, i + 1], room["ends"][row, i]
            room["line"][row, i] = gain * (here + share * (before - here))


@rtsafe
def mix_lines(room: Any) -> None:
    """Multiply the lines by a Hadamard matrix of order 16 (four rounds of butterflies)."""
    half = np.int64(1)
    while half < LINES:
        for pair in range(LINES // np.int64(2)):
            low = (pair // half) * half * np.int64(2) + pair % half
            high = low + half
            for i in range(QUANTUM):
                a, b = room["line"][low, i], room["line"][high, i]
                room["line"][low, i] = a + b
                room["line"][high, i] = a - b
        half *= np.int64(2)


@rtsafe
def render_reverb(room: Any, memory: Any, rows_address: int, predelay: Any, audio: Any, address: int) -> None:
    """Replace a bus's audio by the room's answer to it; `memory` and `audio` are also given by address."""
    loudness = energy(address) + energy(address + ROW)
    if loudness > ZERO:
        room["quiet_quanta"] = np.int32(0)
    if room["is_quiet"] == 1 and loudness == ZERO:
        return
    room["is_quiet"] = np.int32(0)
    low_cut(room, audio)
    mask, at = room["mask"], room["write"]
    write_row(predelay, at, room["predelay_mask"], room["line"][INPUT])
    read_row(predelay, at - room["predelay"], room["predelay_mask"], room["line"][INPUT], Q)
    diffuse(room, memory)
    for row in range(LINES):
        ends = at - room["length"][row] - np.int64(1)
        read_row(memory[row], ends, mask, room["ends"][row], Q + np.int64(1))
    loudest = collect(room, memory, predelay, audio, address)
    damp(room)
    mix_lines(room)
    for row in range(LINES):
        sign = QUARTER if row % np.int64(2) == 0 else -QUARTER
        for i in range(Q):
            room["line"][row, i] = room["line"][row, i] * QUARTER + room["line"][INPUT, i] * sign
        write_row(memory[row], at, mask, room["line"][row])
    prefetch_rows(room, rows_address, FLOAT * np.int64(memory.shape[1]), at + Q)
    room["write"] = at + Q
    room["quiet_quanta"] = room["quiet_quanta"] + np.int32(1) if loudest < QUIET else np.int32(0)
    if room["quiet_quanta"] > np.int32(750):
        room["is_quiet"] = np.int32(1)


@rtsafe
def collect(room: Any, memory: Any, predelay: Any, audio: Any, address: int) -> float:
    """Put the lines' ends on the two channels, alternating sides and signs; return their energy."""
    for i in range(Q):
        audio[0, i] = ZERO
        audio[1, i] = ZERO
    gain = room["gain"]
    for row in range(LINES):
        side = row % np.int64(2)
        sign = gain if (row // np.int64(2)) % np.int64(2) == 0 else -gain
        for i in range(Q):
            audio[side, i] += sign * room["ends"][row, i + 1]
    loudness = energy(address) + energy(address + ROW)
    if not (loudness < TOO_LOUD):
        clear_room(room, memory, predelay)
        for i in range(Q):
            audio[0, i] = ZERO
            audio[1, i] = ZERO
        return ONE
    return loudness


@rtsafe
def clear_room(room: Any, memory: Any, predelay: Any) -> None:
    """Forget what broke: not-a-number in a loop would otherwise stay for ever."""
    for row in range(LINES):
        for i in range(Q):
            room["line"][row, i] = ZERO
        for i in range(Q + np.int64(1)):
            room["ends"][row, i] = ZERO
    room["low_cut_state"][0] = ZERO
    for i in range(Q):
        room["line"][INPUT, i] = ZERO
    for row in range(ROWS):
        for i in range(room["mask"] + np.int64(1)):
            memory[row, i] = ZERO
    for i in range(room["predelay_mask"] + np.int64(1)):
        predelay[i] = ZERO
