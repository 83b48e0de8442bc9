"""What a clip would play at its own tempo, from any position on: its sound, with tails of earlier passes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, ZERO
from adaptive.kernel.dsp.ramps import SHORT_SCALE

FLOAT, SHORT = np.int64(4), np.int64(2)
TOO_LOUD = F32(1e6)


@rtsafe
def add_frames(out: int, source: int, count: int) -> None:
    """Add `count` frames to others; what is not a number, or is extremely loud, is left out."""
    to = carray(pointer(out), count, np.float32)
    data = carray(pointer(source), count, np.float32)
    for i in range(count):
        value = data[i]
        to[i] += value if abs(value) < TOO_LOUD else ZERO


@rtsafe
def add_short_frames(out: int, source: int, count: int) -> None:
    """Add `count` frames of 16 bit to others."""
    to = carray(pointer(out), count, np.float32)
    data = carray(pointer(source), count, np.int16)
    for i in range(count):
        to[i] += F32(data[i]) * SHORT_SCALE


@rtsafe
def read_sound(left: int, right: int, sound: Any, position: int, count: int) -> None:
    """Write `count` frames of a sound from a position on.

    Parameters
    ----------
    left, right : int64
        Addresses of the first float32 to write of each channel.
    sound : SOUND
        The pass that begins at ``n * loop_frames`` sounds with its tail over the passes behind it.
    position, count : int64
        Frames from beat 1 of the first pass, negative in the pickup; passes are counted on.
    """
    to_left = carray(pointer(left), count, np.float32)
    to_right = carray(pointer(right), count, np.float32)
    for i in range(count):
        to_left[i] = ZERO
        to_right[i] = ZERO
    origin, frames, loop_frames = sound["origin"], sound["frames"], sound["loop_frames"]
    last_pass = np.int64(0)
    if loop_frames > 0:
        last_pass = max(np.int64(0), (position + count - np.int64(1)) // loop_frames)
    for number in range(last_pass, np.int64(-1), np.int64(-1)):
        first_of_pass = number * loop_frames
        # a pass begins at its beat 1; only the first has a pickup, and a tail lasts until the file ends
        earliest = -origin if number == 0 else first_of_pass
        first = max(position, earliest)
        last = min(position + count, first_of_pass + frames - origin)
        if position >= first_of_pass + frames - origin:
            break
        if last > first:
            at = origin + first - first_of_pass
            to = FLOAT * (first - position)
            if sound["is_short"] != 0:
                add_short_frames(left + to, sound["left"] + SHORT * at, last - first)
                add_short_frames(right + to, sound["right"] + SHORT * at, last - first)
            else:
                add_frames(left + to, sound["left"] + FLOAT * at, last - first)
                add_frames(right + to, sound["right"] + FLOAT * at, last - first)
