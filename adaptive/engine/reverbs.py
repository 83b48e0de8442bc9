"""Layout of a reverb: lengths of its delays and their places in memory."""

from __future__ import annotations

import math

import numpy as np

from adaptive.engine.records import line_feedback, low_cut_share
from adaptive.engine.spec import ReverbSpec
from adaptive.kernel import layout as k
from adaptive.kernel.processors.reverb_record import REVERB_LINES

SHORTEST_LINE_MS, LONGEST_LINE_MS = 23.0, 97.0
"""Lengths of the delay lines: a geometric series, rounded up to primes."""

ALLPASS_MS = (4.3, 5.9, 7.7, 10.1)
"""Lengths of the all-passes, rounded up to primes."""

ROW_GAP = 3 * 16
"""Frames between two rows: three cache lines, so that rows of equal length do not share cache sets."""

QUIET_S = 1.0
"""Silence, beyond the pre-delay, after which the reverb is at rest."""

OUTPUT_GAIN = 0.35
"""Gain of the sum of sixteen lines that gives about the input level."""


def next_prime(number: int) -> int:
    """Return the first prime at or above a number.

    Delay lines without common factors have no common resonances, which would sound as a pitch.
    """
    while any(number % divisor == 0 for divisor in range(2, math.isqrt(number) + 1)):
        number += 1
    return number


def delays(reverb: ReverbSpec, sample_rate: int) -> list[int]:
    """Return the delays in frames: lines, all-passes, pre-delay; each is at least a quantum."""
    ratio = LONGEST_LINE_MS / SHORTEST_LINE_MS
    lines_ms = [SHORTEST_LINE_MS * ratio ** (line / (REVERB_LINES - 1)) for line in range(REVERB_LINES)]
    rows_ms = (*lines_ms, *ALLPASS_MS)
    primes = [next_prime(max(k.QUANTUM + 1, round(row_ms * sample_rate / 1000))) for row_ms in rows_ms]
    return [*primes, max(k.QUANTUM, round(reverb.predelay_s * sample_rate))]


def row_frames(delay: int) -> int:
    """Return the frames of a row: the delay, the frame before it, and the quantum being written.

    Rows are as short as possible, so that all rows of a reverb stay in a near cache.
    """
    return -(-(delay + 1) // k.QUANTUM) * k.QUANTUM + k.QUANTUM


def reverb_frames(reverb: ReverbSpec, sample_rate: int) -> int:
    """Return the memory of a reverb in frames."""
    return sum(row_frames(delay) + k.QUANTUM + ROW_GAP for delay in delays(reverb, sample_rate))


def fill_reverb(record: np.void, reverb: ReverbSpec, sample_rate: int) -> None:
    """Write the `REVERB` record of a reverb at rest, with empty delays."""
    first = 0
    for row, delay in enumerate(delays(reverb, sample_rate)):
        record["length"][row], record["row_first"][row] = delay, first
        record["row_frames"][row] = row_frames(delay)
        first += row_frames(delay) + k.QUANTUM + ROW_GAP
    for line in range(REVERB_LINES):
        record["feedback"][line] = line_feedback(int(record["length"][line]), sample_rate, reverb.decay_s)
    record["damping"] = reverb.damping
    record["gain"] = reverb.gain * OUTPUT_GAIN
    record["low_cut"] = low_cut_share(reverb.low_cut_hz, sample_rate)
    record["is_quiet"] = 1
    # A signal on its way through pre-delay, all-passes and a line is inaudible for that long.
    record["quiet_limit"] = math.ceil((QUIET_S + reverb.predelay_s) * sample_rate / k.QUANTUM)
