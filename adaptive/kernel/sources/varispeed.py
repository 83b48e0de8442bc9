"""Varispeed: a stem follows the tempo map like a tape, its pitch with it.

A stem whose ratio has become 1 slides by at most half a frame to whole frames, and is then a copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.interpolate import BEFORE, ROWS, TAPS, interpolated
from adaptive.kernel.dsp.maths import F32
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.stretch_map import MOST_RATE, position_at, whole
from adaptive.kernel.sources.stretch_read import read_sound
from adaptive.kernel.sources.stretch_record import MOST_WINDOW
from adaptive.kernel.sources.stretch_spectrum import LEFT, RIGHT

Q = np.int64(QUANTUM)
FLOAT = np.int64(4)
ROW_BYTES = np.int64(4 * TAPS)
LEAD = np.int64(BEFORE)
MOST_FRAMES = np.int64(MOST_WINDOW - TAPS)
FAR = 1e15
"""Positions beyond this, or that are no numbers, are silence."""

NOWHERE = np.int64(-(2**62))
SLIDE = 0.0005  # frames a frame: 0.9 cents, for at most a thousand frames


@rtsafe
def slide_to_whole(stretch: Any, frame: int) -> float:
    """Move a stem at ratio 1 towards whole frames, others back onto the tempo map; return the distance."""
    slid = stretch["slid"]
    goal = 0.0
    if stretch["map_rate"] == 1.0 and stretch["map_rate_change"] == 0.0:
        exact = position_at(stretch, frame)
        goal = np.float64(whole(exact)) - exact
    most = SLIDE * np.float64(QUANTUM)
    return slid + min(max(goal - slid, -most), most)


@rtsafe
def render_varispeed(
    stretch: Any, sound: Any, sinc_address: int, work_address: int, left: int, right: int,
    frame: int,
) -> None:  # fmt: skip
    """Write a quantum of a stem that is played faster or slower.

    Parameters
    ----------
    stretch, sound : STRETCH, SOUND
        The stem, of which only the tempo map and `slid` are used, and its sound.
    sinc_address, work_address : int64
        Addresses of the table of `dsp.interpolate` and of a `STRETCH_WORK`.
    left, right : int64
        Addresses of the rows to write.
    frame : int64
        First frame of the quantum.
    """
    begin = position_at(stretch, frame) + stretch["slid"]
    stretch["slid"] = slide_to_whole(stretch, frame + Q)
    end = position_at(stretch, frame + Q) + stretch["slid"]
    if not (abs(begin) < FAR and abs(end) < FAR):
        stretch["slid"] = 0.0
        read_sound(left, right, sound, NOWHERE, Q)
        return
    step = min(max((end - begin) / np.float64(QUANTUM), 0.0), MOST_RATE)
    first = np.int64(np.floor(begin))
    if step == 1.0 and begin == np.float64(first):
        read_sound(left, right, sound, first, Q)
        return
    span = np.int64(step * np.float64(QUANTUM)) + np.int64(TAPS + 2)
    read_sound(work_address + LEFT, work_address + RIGHT, sound, first - LEAD, min(span, MOST_FRAMES))
    to_left = carray(pointer(left), Q, np.float32)
    to_right = carray(pointer(right), Q, np.float32)
    for i in range(Q):
        at = begin - np.float64(first) + step * np.float64(i)
        whole_frames = np.int64(at)
        row = (at - np.float64(whole_frames)) * np.float64(ROWS)
        number = np.int64(row)
        part = F32(row - np.float64(number))
        weights = sinc_address + ROW_BYTES * number
        offset = FLOAT * whole_frames
        to_left[i] = interpolated(work_address + LEFT + offset, weights, part)
        to_right[i] = interpolated(work_address + RIGHT + offset, weights, part)
