"""Where the delays of a room lie, and how long they are."""

from __future__ import annotations

import math

import numpy as np

from adaptive.engine.records import line_feedback, low_cut_share
from adaptive.engine.spec import ReverbSpec
from adaptive.kernel import layout as k

# Line lengths in milliseconds, spread by a constant ratio, made prime below
SHORTEST_LINE_MS, LONGEST_LINE_MS = 23.0, 97.0
ALLPASS_MS = (4.3, 5.9, 7.7, 10.1)
ROW_GAP = 3 * 16
"""Frames between two rows: three cache lines, so that rows of like length do not share cache sets."""

QUIET_S = 1.0
ROOM_GAIN = 0.35
"""What brings sixteen lines together to about the level that went in."""


def next_prime(number: int) -> int:
    """The first prime at or above a number: lines without common factors ring without a pitch."""
    while any(number % divisor == 0 for divisor in range(2, math.isqrt(number) + 1)):
        number += 1
    return number


def delays(reverb: ReverbSpec, sample_rate: int) -> list[int]:
    """Frames of every delay of a room: its lines, its all-passes, its pre-delay; a quantum at least."""
    ratio = LONGEST_LINE_MS / SHORTEST_LINE_MS
    lines_ms = [SHORTEST_LINE_MS * ratio ** (line / (k.REVERB_LINES - 1)) for line in range(k.REVERB_LINES)]
    rows_ms = (*lines_ms, *ALLPASS_MS)
    primes = [next_prime(max(k.QUANTUM + 1, round(row_ms * sample_rate / 1000))) for row_ms in rows_ms]
    return [*primes, max(k.QUANTUM, round(reverb.predelay_s * sample_rate))]


def held_frames(delay: int) -> int:
    """Frames a row holds: no longer than they must be, so that all rows of a room stay in a near cache.

    The delay, the frame before it, and the quantum that is written while they are read.
    """
    return -(-(delay + 1) // k.QUANTUM) * k.QUANTUM + k.QUANTUM


def room_frames(reverb: ReverbSpec, sample_rate: int) -> int:
    """Frames of memory a room takes."""
    return sum(held_frames(delay) + k.QUANTUM + ROW_GAP for delay in delays(reverb, sample_rate))


def fill_reverb(record: np.void, reverb: ReverbSpec, sample_rate: int) -> None:
    """Fill a `REVERB` record: an empty room at rest."""
    first = 0
    for row, delay in enumerate(delays(reverb, sample_rate)):
        record["length"][row], record["row_first"][row] = delay, first
        record["row_frames"][row] = held_frames(delay)
        first += held_frames(delay) + k.QUANTUM + ROW_GAP
    for line in range(k.REVERB_LINES):
        record["feedback"][line] = line_feedback(int(record["length"][line]), sample_rate, reverb.decay_s)
    record["damping"] = reverb.damping
    record["gain"] = reverb.gain * ROOM_GAIN
    record["low_cut"] = low_cut_share(reverb.low_cut_hz, sample_rate)
    record["is_quiet"] = 1
    # what is on its way through the pre-delay, the all-passes and a line is not heard meanwhile
    record["quiet_limit"] = math.ceil((QUIET_S + reverb.predelay_s) * sample_rate / k.QUANTUM)
