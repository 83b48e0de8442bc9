"""Layout of a reverb: lengths of its delays and their places in memory."""

from __future__ import annotations

import math

import numpy as np

from adaptive.kernel import layout as k
from adaptive.kernel.processors.descriptor import Values
from adaptive.kernel.processors.reverb_record import REVERB_LINES

SHORTEST_LINE_MS, LONGEST_LINE_MS = 23.0, 97.0
"""Lengths of the delay lines: a geometric series, rounded up to primes."""

ALLPASS_MS = (4.3, 5.9, 7.7, 10.1)
"""Lengths of the all-passes, rounded up to primes."""

ROW_GAP = 3 * 16
"""Frames between two rows: three cache lines, so that rows of equal length do not share cache sets."""

OUTPUT_GAIN = 0.35
"""Gain of the sum of sixteen lines that gives about the input level."""


def next_prime(number: int) -> int:
    """Return the first prime at or above a number.

    Delay lines without common factors have no common resonances, which would sound as a pitch.
    """
    while any(number % divisor == 0 for divisor in range(2, math.isqrt(number) + 1)):
        number += 1
    return number


def delays(sample_rate: int, values: Values) -> list[int]:
    """Return the delays in frames: lines, all-passes, pre-delay; each is at least a quantum."""
    ratio = LONGEST_LINE_MS / SHORTEST_LINE_MS
    lines_ms = [SHORTEST_LINE_MS * ratio ** (line / (REVERB_LINES - 1)) for line in range(REVERB_LINES)]
    rows_ms = (*lines_ms, *ALLPASS_MS)
    primes = [next_prime(max(k.QUANTUM + 1, round(row_ms * sample_rate / 1000))) for row_ms in rows_ms]
    return [*primes, max(k.QUANTUM, round(values["predelay_ms"] / 1000.0 * sample_rate))]


def row_frames(delay: int) -> int:
    """Return the frames of a row: the delay, the frame before it, and the quantum being written.

    Rows are as short as possible, so that all rows of a reverb stay in a near cache.
    """
    return -(-(delay + 1) // k.QUANTUM) * k.QUANTUM + k.QUANTUM


def reverb_frames(sample_rate: int, values: Values) -> int:
    """Return the memory of a reverb in frames."""
    return sum(row_frames(delay) + k.QUANTUM + ROW_GAP for delay in delays(sample_rate, values))


def line_feedback(frames: float, sample_rate: int, decay_s: float) -> float:
    """Return the feedback gain of a delay line (Jot & Chaigne 1991).

    A line of m frames attenuates by 60 dB · m / (rate · decay).
    """
    return float(10.0 ** (-3.0 * frames / (sample_rate * decay_s)))


def low_cut_share(low_cut_hz: float, sample_rate: int) -> float:
    """Return the coefficient of a one-pole low cut."""
    return 1.0 - math.exp(-2.0 * math.pi * low_cut_hz / sample_rate)


def lay_out(reverb: np.void, sample_rate: int, values: Values) -> None:
    """Write the `REVERB` record of a reverb with empty delays."""
    first = 0
    for row, delay in enumerate(delays(sample_rate, values)):
        reverb["length"][row], reverb["row_first"][row] = delay, first
        reverb["row_frames"][row] = row_frames(delay)
        first += row_frames(delay) + k.QUANTUM + ROW_GAP
    for line in range(REVERB_LINES):
        frames = int(reverb["length"][line])
        reverb["feedback"][line] = line_feedback(frames, sample_rate, values["decay_s"])
    reverb["damping"], reverb["gain"] = values["damping"], OUTPUT_GAIN
    reverb["low_cut"] = low_cut_share(values["low_cut_hz"], sample_rate)
