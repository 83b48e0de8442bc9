"""Oversampling by eight, in three steps of two: half-band filters without distortion of phase.

Every second tap of a half-band filter is zero, so that a step up computes one sample and copies the other
(M. G. Bellanger, J. L. Daguet, G. P. Lepagnol, "Interpolation, extrapolation, and reduction of computation
speed in digital filters", IEEE Trans. ASSP 22(4), 1974).  At 48 kHz what is above 30 kHz at the first step is
100 dB down, so that nothing folds to below 18 kHz.
"""

from __future__ import annotations

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import HALF, TWO, ZERO
from adaptive.kernel.layout import QUANTUM

TAPS = (26, 12, 10)
"""Taps of each step that are not zero, apart from the middle one; it is late by `taps - 1` of its outputs."""

FACTOR = 8
LATENCY_FRAMES = 33
"""Of a way up and down: 25 + 11 / 2 + 9 / 4 + one frame of the last step's input, to be a whole number."""

KAISER_BETA = 10.0
FLOAT = np.int64(4)

HISTORY = 32
"""Floats kept before each buffer: more than any step reads back, and a multiple of a cache line."""

LENGTHS = (QUANTUM, 2 * QUANTUM, 4 * QUANTUM, 8 * QUANTUM)


def half_band(taps: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The taps at even places of a half-band filter of ``2 · taps - 1`` taps; their sum is a half."""
    places = 2.0 * np.arange(taps) - (taps - 1)
    window = np.i0(KAISER_BETA * np.sqrt(1.0 - (places / taps) ** 2)) / np.i0(KAISER_BETA)
    made = 0.5 * np.sinc(places / 2.0) * window
    return (0.5 * made / made.sum()).astype(np.float32)


def _buffer(number: int) -> int:
    return HISTORY + LENGTHS[number]


TABLE_FLOATS = 48
UP_FIRST, UP_SECOND, UP_THIRD = 0, _buffer(0), _buffer(0) + _buffer(1)
TOP = UP_THIRD + _buffer(2)
"""Where the eight-fold samples are; they need no history."""

EVEN_THIRD = TOP + LENGTHS[3]
ODD_THIRD = EVEN_THIRD + _buffer(2)
EVEN_SECOND = ODD_THIRD + _buffer(2)
ODD_SECOND = EVEN_SECOND + _buffer(1)
EVEN_FIRST = ODD_SECOND + _buffer(1)
ODD_FIRST = EVEN_FIRST + _buffer(0)
SIDE_FLOATS = ODD_FIRST + _buffer(0)
"""Floats of one channel: buffers of each step up, the top, and even and odd samples of each step down."""

FIRST_TAPS, SECOND_TAPS, THIRD_TAPS = (np.int64(taps) for taps in TAPS)
FIRST_TABLE, SECOND_TABLE, THIRD_TABLE = np.int64(0), np.int64(TAPS[0]), np.int64(TAPS[0] + TAPS[1])
Q = np.int64(QUANTUM)
H = np.int64(HISTORY)
TOP_OFFSET = FLOAT * np.int64(TOP)


def write_tables(table: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    """Write the taps of all steps to an array of `TABLE_FLOATS`."""
    table[: sum(TAPS)] = np.concatenate([half_band(taps) for taps in TAPS])


@rtsafe
def keep_history(buffer: int, frames: int) -> None:
    """Move the last samples of a buffer in front of its first ones."""
    row = carray(pointer(buffer), H + frames, np.float32)
    for i in range(H):
        row[i] = row[i + frames]


@rtsafe
def step_up(source: int, frames: int, taps: int, table: int, to: int) -> None:
    """Double the rate of `frames` samples behind a history at `source`; write them from `to` on."""
    weights = carray(pointer(table), taps, np.float32)
    data = carray(pointer(source), H + frames, np.float32)
    out = carray(pointer(to), np.int64(2) * frames, np.float32)
    late = taps // np.int64(2) - np.int64(1)
    for i in range(frames):
        out[np.int64(2) * i] = ZERO
        out[np.int64(2) * i + np.int64(1)] = data[H + i - late]
    for tap in range(taps):
        weight, first = TWO * weights[tap], H - tap
        for i in range(frames):
            out[np.int64(2) * i] += weight * data[first + i]


@rtsafe
def part_samples(source: int, frames: int, even: int, odd: int) -> None:
    """Write every second of ``2 · frames`` samples behind the history of `even`, the others behind `odd`."""
    data = carray(pointer(source), np.int64(2) * frames, np.float32)
    evens = carray(pointer(even + FLOAT * H), frames, np.float32)
    odds = carray(pointer(odd + FLOAT * H), frames, np.float32)
    for i in range(frames):
        evens[i] = data[np.int64(2) * i]
        odds[i] = data[np.int64(2) * i + np.int64(1)]


@rtsafe
def step_down(even: int, odd: int, frames: int, taps: int, table: int, to: int, late: int) -> None:
    """Halve a rate: filter even and odd samples into `frames` samples, `late` samples later."""
    weights = carray(pointer(table), taps, np.float32)
    evens = carray(pointer(even), H + frames, np.float32)
    odds = carray(pointer(odd), H + frames, np.float32)
    out = carray(pointer(to), frames, np.float32)
    middle = H - taps // np.int64(2) - late
    for i in range(frames):
        out[i] = HALF * odds[middle + i]
    for tap in range(taps):
        weight, first = weights[tap], H - tap - late
        for i in range(frames):
            out[i] += weight * evens[first + i]


@rtsafe
def raise_rate(side: int, table: int, row: int) -> None:
    """Write a quantum at eight times its rate to the top of a side's buffers.

    Parameters
    ----------
    side, table : int64
        Addresses of `SIDE_FLOATS` floats, and of the taps.
    row : int64
        Address of the quantum.
    """
    first, second = side + FLOAT * np.int64(UP_FIRST), side + FLOAT * np.int64(UP_SECOND)
    third, top = side + FLOAT * np.int64(UP_THIRD), side + FLOAT * np.int64(TOP)
    data, new = carray(pointer(row), Q, np.float32), carray(pointer(first + FLOAT * H), Q, np.float32)
    for i in range(Q):
        new[i] = data[i]
    step_up(first, Q, FIRST_TAPS, table + FLOAT * FIRST_TABLE, second + FLOAT * H)
    step_up(second, np.int64(2) * Q, SECOND_TAPS, table + FLOAT * SECOND_TABLE, third + FLOAT * H)
    step_up(third, np.int64(4) * Q, THIRD_TAPS, table + FLOAT * THIRD_TABLE, top)
    keep_history(first, Q)
    keep_history(second, np.int64(2) * Q)
    keep_history(third, np.int64(4) * Q)


@rtsafe
def lower_rate(side: int, table: int, row: int) -> None:
    """Write the top of a side's buffers at its own rate to a row; see `raise_rate`."""
    top = side + FLOAT * np.int64(TOP)
    even, odd = side + FLOAT * np.int64(EVEN_THIRD), side + FLOAT * np.int64(ODD_THIRD)
    part_samples(top, np.int64(4) * Q, even, odd)
    step_down(even, odd, np.int64(4) * Q, THIRD_TAPS, table + FLOAT * THIRD_TABLE, top, np.int64(1))
    keep_history(even, np.int64(4) * Q)
    keep_history(odd, np.int64(4) * Q)
    even, odd = side + FLOAT * np.int64(EVEN_SECOND), side + FLOAT * np.int64(ODD_SECOND)
    part_samples(top, np.int64(2) * Q, even, odd)
    step_down(even, odd, np.int64(2) * Q, SECOND_TAPS, table + FLOAT * SECOND_TABLE, top, np.int64(0))
    keep_history(even, np.int64(2) * Q)
    keep_history(odd, np.int64(2) * Q)
    even, odd = side + FLOAT * np.int64(EVEN_FIRST), side + FLOAT * np.int64(ODD_FIRST)
    part_samples(top, Q, even, odd)
    step_down(even, odd, Q, FIRST_TAPS, table + FLOAT * FIRST_TABLE, row, np.int64(0))
    keep_history(even, Q)
    keep_history(odd, Q)
