"""A room: sixteen delay lines that feed each other (Jot & Chaigne 1991, "Digital delay networks").

Every line is longer than a quantum, so that a line's next 64 frames do not depend on each other and the
whole network runs along time, sixteen rows of vectors.  Damping is a two-point average in the loop for
the same reason: a recursive filter could not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.jit import rtsafe
from adaptive.kernel.layout import ALLPASSES, QUANTUM, REVERB_LINES
from adaptive.kernel.maths import F32, HALF, ONE, ZERO

Q = np.int64(QUANTUM)
LINES = np.int64(REVERB_LINES)
INPUT, SCRATCH = LINES, LINES + np.int64(1)
DIFFUSION = F32(0.62)
QUARTER = F32(0.25)  # 1/√16: the Hadamard matrix becomes orthogonal
QUIET = F32(1e-6)  # -120 dB
ROWS = REVERB_LINES + ALLPASSES + 1
"""Rows of memory a room needs: its lines, its all-passes, its pre-delay."""


@rtsafe
def read_row(row: Any, at: int, mask: int, out: Any) -> None:
    """Copy the 64 frames of a row of memory that begin at `at` (wrapped)."""
    start = at & mask
    first = min(Q, mask + np.int64(1) - start)
    for i in range(first):
        out[i] = row[start + i]
    for i in range(Q - first):
        out[first + i] = row[i]


@rtsafe
def write_row(row: Any, at: int, mask: int, data: Any) -> None:
    """Write 64 frames to a row of memory; `at` is a multiple of 64, so that they never wrap."""
    start = at & mask
    for i in range(Q):
        row[start + i] = data[i]


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
        read_row(memory[row], at - room["allpass_length"][number], room["mask"], room["line"][SCRATCH])
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
        before = room["previous"][row]
        gain = room["feedback"][row]
        last = room["line"][row, Q - np.int64(1)]
        for i in range(Q - np.int64(1)):
            j = Q - np.int64(1) - i
            here, there = room["line"][row, j], room["line"][row, j - np.int64(1)]
            room["line"][row, j] = gain * (here + share * (there - here))
        first = room["line"][row, np.int64(0)]
        room["line"][row, np.int64(0)] = gain * (first + share * (before - first))
        room["previous"][row] = last


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
def render_reverb(room: Any, memory: Any, audio: Any) -> None:
    """Replace a bus's audio by the room's answer to it."""
    peak = ZERO
    for i in range(Q):
        peak = max(peak, max(abs(audio[0, i]), abs(audio[1, i])))
    if peak > ZERO:
        room["quiet_quanta"] = np.int32(0)
    if room["is_quiet"] == 1 and peak == ZERO:
        return
    room["is_quiet"] = np.int32(0)
    low_cut(room, audio)
    mask, at = room["mask"], room["write"]
    predelay_row = LINES + np.int64(ALLPASSES)
    write_row(memory[predelay_row], at, mask, room["line"][INPUT])
    read_row(memory[predelay_row], at - room["predelay"], mask, room["line"][INPUT])
    diffuse(room, memory)
    for row in range(LINES):
        read_row(memory[row], at - room["length"][row], mask, room["line"][row])
    loudest = collect(room, audio)
    damp(room)
    mix_lines(room)
    for row in range(LINES):
        sign = QUARTER if row % np.int64(2) == 0 else -QUARTER
        for i in range(Q):
            room["line"][row, i] = room["line"][row, i] * QUARTER + room["line"][INPUT, i] * sign
        write_row(memory[row], at, mask, room["line"][row])
    room["write"] = at + Q
    room["quiet_quanta"] = room["quiet_quanta"] + np.int32(1) if loudest < QUIET else np.int32(0)
    if room["quiet_quanta"] > np.int32(750):
        room["is_quiet"] = np.int32(1)


@rtsafe
def collect(room: Any, audio: Any) -> float:
    """Put the lines' ends on the two channels, alternating sides and signs; return their peak."""
    for i in range(Q):
        audio[0, i] = ZERO
        audio[1, i] = ZERO
    gain = room["gain"]
    for row in range(LINES):
        side = row % np.int64(2)
        sign = gain if (row // np.int64(2)) % np.int64(2) == 0 else -gain
        for i in range(Q):
            audio[side, i] += sign * room["line"][row, i]
    peak = ZERO
    for i in range(Q):
        peak = max(peak, max(abs(audio[0, i]), abs(audio[1, i])))
    if not (peak < F32(1e6)):
        clear_room(room)
        return ONE
    return peak


@rtsafe
def clear_room(room: Any) -> None:
    """Forget what broke: not-a-number in a loop would otherwise stay for ever."""
    for row in range(LINES):
        room["previous"][row] = ZERO
        for i in range(Q):
            room["line"][row, i] = ZERO
    room["low_cut_state"][0] = ZERO
    for i in range(Q):
        room["line"][INPUT, i] = ZERO
