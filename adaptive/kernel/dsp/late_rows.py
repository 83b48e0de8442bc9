"""Rings of audio that is read some frames after it was written: two rows of a quantum, left and right.

A ring holds whole quanta for each side, and behind the last one the first again, so that no read wraps.  The
place of a frame in it follows from the frame's number alone.
"""

from __future__ import annotations

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.rows import copy_rows
from adaptive.kernel.layout import QUANTUM

HEAD_BYTES = 64
"""A ring of a bus begins with its number of frames and a delay: one store of its address shows all."""

Q = np.int64(QUANTUM)
FLOAT = np.int64(4)
ROW = FLOAT * Q


def ring_frames(delay_frames: int) -> int:
    """Frames of each side of a ring for a delay: those that wait, and the quantum that is written."""
    return -(-delay_frames // QUANTUM) * QUANTUM + QUANTUM


def ring_floats(delay_frames: int) -> int:
    """Floats of a ring for a delay, of both sides."""
    return 2 * (ring_frames(delay_frames) + QUANTUM)


@rtsafe
def ring_of(address: int) -> tuple[int, int, int]:
    """Address, frames of each side and delay of a ring that begins with a head."""
    head = carray(pointer(address), np.int64(2), np.int64)
    return address + np.int64(HEAD_BYTES), head[0], head[1]


@rtsafe
def right_of(left: int, frames: int) -> int:
    """Address of the right side of a ring, for one of its left side."""
    return left + FLOAT * (frames + Q)


@rtsafe
def write_rows(ring: int, frames: int, frame: int, row: int) -> None:
    """Write a quantum to a ring.

    Parameters
    ----------
    ring, frames : int64
        Address of the ring, and frames of each side.
    frame : int64
        First frame of the quantum.
    row : int64
        Address of the left row; the right one follows it.
    """
    at = frame % frames
    for side in range(np.int64(2)):
        start = ring if side == 0 else right_of(ring, frames)
        source = row + ROW * side
        copy_rows(start + FLOAT * at, source, np.int64(1))
        if at == 0:
            copy_rows(start + FLOAT * frames, source, np.int64(1))


@rtsafe
def late_row(ring: int, frames: int, frame: int, delay: int) -> int:
    """Address of the left row of the quantum that lies `delay` frames before the one that was written last.

    `frame` is the first frame of that one; `delay` is at most ``frames - 64``.
    """
    at = frame % frames - delay
    return ring + FLOAT * (at + frames if at < 0 else at)
