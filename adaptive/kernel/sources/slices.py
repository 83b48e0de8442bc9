"""Slices: what a stem holds between its onsets, each played at its own speed on the frame it belongs to.

No sample is changed but where one slice passes into another, within a quantum before an onset, and where a
slice must last longer than it is, within four: then its second half is repeated.  It suits drums.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.stretch_map import (
    first_onset_behind,
    onset_frame,
    position_at,
    rate_at,
    whole,
)
from adaptive.kernel.sources.stretch_read import read_sound
from adaptive.kernel.sources.stretch_record import STRETCH_ONSET
from adaptive.kernel.sources.stretch_spectrum import LEFT, RIGHT

Q = np.int64(QUANTUM)
LEAD = np.int64(96)  # an attack may begin so long before the frame at which its onset was found: 2 ms
TWO_QUANTA = np.int64(2 * QUANTUM)
LONG_FADE = np.int64(4 * QUANTUM)
# a repetition begins so long before the next attack that its fade ends before it
GUARD = np.int64(8 * QUANTUM)
SOON = np.int64(6 * QUANTUM)  # a slice that is needed no longer than this is not repeated
LEAST_BACK, MOST_BACK = np.int64(4 * QUANTUM), np.int64(2400)
STEADY = np.int64(2400)
HALF = np.int64(2)


@rtsafe
def start_slices(stretch: Any, plan: Any, loop_frames: int, frame: int, position: int) -> None:
    """Begin a sound: the position (int64, frames from beat 1) sounds at a frame of output."""
    stretch["offset"] = frame - position
    stretch["steady_since"] = frame
    stretch["fade_left"] = np.int64(0)
    count = plan["onset_count"]
    if count > 0:
        onsets = carray(pointer(plan["at_onsets"]), count, STRETCH_ONSET)
        stretch["onset"] = first_onset_behind(onsets, count, position + np.int64(1), loop_frames)


@rtsafe
def fade_to(stretch: Any, offset: int, frames: int) -> None:
    """Pass into a slice with another distance between its sound and the output."""
    if offset == stretch["offset"]:
        return
    stretch["old_offset"] = stretch["offset"]
    stretch["offset"] = offset
    stretch["fade_frames"] = frames
    stretch["fade_left"] = frames


@rtsafe
def follow_map(stretch: Any, plan: Any, loop_frames: int, frame: int) -> None:
    """Decide before a quantum what it plays: the next slice, a repetition, or what it has played so far."""
    count = plan["onset_count"]
    number = stretch["onset"]
    is_steady = frame - stretch["steady_since"] >= STEADY
    home = frame - whole(position_at(stretch, frame))
    if count == 0 or (number >= count and loop_frames == 0):
        if is_steady:
            fade_to(stretch, home, LONG_FADE)
        return
    onsets = carray(pointer(plan["at_onsets"]), count, STRETCH_ONSET)
    onset = onset_frame(onsets, count, number, loop_frames)
    # rounded so that at a rate of 1 it agrees with `home`
    distance = (position_at(stretch, frame) - np.float64(onset)) / rate_at(stretch, frame)
    arrival = frame - whole(distance)
    played = frame - stretch["offset"]
    if arrival - LEAD < frame + TWO_QUANTA:
        fade_to(stretch, arrival - onset, Q)
        stretch["onset"] = number + np.int64(1)
    elif is_steady:
        fade_to(stretch, home, LONG_FADE)
    elif played + Q > onset - GUARD and arrival - frame > SOON:
        begin = -np.int64(1)
        if number > 0:
            begin = onset_frame(onsets, count, number - np.int64(1), loop_frames)
        back = (onset - GUARD - begin) // HALF
        fade_to(stretch, stretch["offset"] + min(max(back, LEAST_BACK), MOST_BACK), LONG_FADE)


@rtsafe
def render_slices(
    stretch: Any, plan: Any, sound: Any, work_address: int, left: int, right: int, frame: int
) -> None:
    """Write a quantum of a stem that is played in slices.

    Parameters
    ----------
    stretch, plan, sound : STRETCH, STRETCH_PLAN, SOUND
        The stem, what was found in its sound, and the sound.
    work_address : int64
        Address of a `STRETCH_WORK`.
    left, right : int64
        Addresses of the rows to write.
    frame : int64
        First frame of the quantum.
    """
    if stretch["map_rate"] != 1.0 or stretch["map_rate_change"] != 0.0:
        stretch["steady_since"] = frame + Q
    if stretch["fade_left"] == 0:
        follow_map(stretch, plan, sound["loop_frames"], frame)
    read_sound(left, right, sound, frame - stretch["offset"], Q)
    if stretch["fade_left"] == 0:
        return
    old_left, old_right = work_address + LEFT, work_address + RIGHT
    read_sound(old_left, old_right, sound, frame - stretch["old_offset"], Q)
    share = F32(1.0) / F32(stretch["fade_frames"])
    begin = F32(stretch["fade_left"]) * share
    fade_quantum(left, old_left, begin, share)
    fade_quantum(right, old_right, begin, share)
    stretch["fade_left"] -= Q


@rtsafe
def fade_quantum(out: int, old: int, level: float, step: float) -> None:
    """Fade a quantum in over another, whose level falls from `level` by `step` a frame."""
    to = carray(pointer(out), Q, np.float32)
    data = carray(pointer(old), Q, np.float32)
    for i in range(Q):
        to[i] += (data[i] - to[i]) * (level - step * F32(np.int32(i)))
