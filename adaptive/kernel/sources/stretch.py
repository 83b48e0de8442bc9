"""Time-stretch: a stem follows the tempo map and keeps its pitch.

A stem is *at rest* while its tempo is its own: its sound is copied, bit by bit.  It *runs* while the tempo
differs: every 768 frames, a spectrum of the sound (a window of 2,304 frames) is turned in phase and added to
the output.  A stem always begins at rest, so it needs no preparation, and its first attack is a copy.  A stem
that runs at ratio 1 turns its phases back in three hops and is then at rest again.

Stems make their spectra in different quanta: see `hop_quantum` of `STRETCH`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import ONE, ZERO
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.stretch_map import (
    first_onset_behind,
    onset_frame,
    plan_hop,
    position_at,
    whole,
)
from adaptive.kernel.sources.stretch_read import read_sound
from adaptive.kernel.sources.stretch_record import (
    MASK_BYTES,
    STRETCH_ONSET,
    STRETCH_RESTING,
    STRETCH_RUNNING,
    STRETCH_WINDOW,
)
from adaptive.kernel.sources.stretch_spectrum import (
    EARLY_IM,
    EARLY_RE,
    FLOAT,
    LAST_IM,
    LAST_RE,
    LEFT,
    NOW_IM,
    NOW_RE,
    RIGHT,
    RING_LEFT,
    RING_RIGHT,
    SQUARED,
    TOP,
    add_spectrum,
    add_to_ring,
    analyse,
    clear_floats,
    compare,
    copy,
    fill_turns,
    keep_spectrum,
    lock_to_peaks,
    start_anew,
    turn_back,
    turn_spectrum,
)

Q = np.int64(QUANTUM)
NEAR = 0.5001  # frames: a stem at rest plays whole frames, so it may be half a frame from the tempo map
BACK_STEPS = np.int32(3)  # a turn of 180 degrees in three steps dips by 1.6 dB, in two by 3 dB
RESTING, RUNNING = np.int32(STRETCH_RESTING), np.int32(STRETCH_RUNNING)


@rtsafe
def start_stretch(stretch: Any, frame: int, position: int) -> None:
    """Begin a sound: the position (int64, frames from beat 1) sounds at a frame of output."""
    stretch["mode"] = RESTING
    stretch["offset"] = frame - position
    stretch["steady_since"] = frame


@rtsafe
def is_close(stretch: Any, frame: int) -> bool:
    """Whether a copy with the present offset is where the tempo map is at a frame."""
    return abs(position_at(stretch, frame) - np.float64(frame - stretch["offset"])) <= NEAR


@rtsafe
def find_onset(stretch: Any, plan: Any, loop_frames: int) -> None:
    """Find the onset in whose surroundings a stem is that leaves its rest, or else the next one."""
    count = plan["onset_count"]
    stretch["is_in_zone"] = np.int32(0)
    if count == 0:
        return
    onsets = carray(pointer(plan["at_onsets"]), count, STRETCH_ONSET)
    position = stretch["analysed"]
    number = first_onset_behind(onsets, count, position + np.int64(1), loop_frames)
    stretch["onset"] = number
    if number > 0:
        last = number - np.int64(1)
        behind = np.int64(onsets[last % count]["behind"])
        if position <= onset_frame(onsets, count, last, loop_frames) + behind:
            stretch["onset"] = last
            stretch["is_in_zone"] = np.int32(1)


@rtsafe
def leave_rest(
    stretch: Any, address: int, plan: Any, sound: Any, tables_address: int, shape: Any, weights: int,
    work_address: int, frame: int,
) -> None:  # fmt: skip
    """Prepare the output as if all earlier spectra had been those of the sound, and take the last of them.

    Only the spectra whose windows reach beyond this frame count; their sum is the sound itself, weighted.
    """
    hop, count = shape["hop"], shape["frames"]
    centre = frame + shape["half"]
    stretch["mode"] = RUNNING
    stretch["unturned"] = np.int32(0)
    stretch["steps_to_rest"] = np.int32(0)
    stretch["analysed"] = centre - hop - stretch["offset"]
    fill_turns(stretch, np.int64(0), TOP + np.int64(1), ONE, ZERO)
    clear_floats(address + RING_LEFT, count)
    clear_floats(address + RING_RIGHT, count)
    left, right = work_address + LEFT, work_address + RIGHT
    read_sound(left, right, sound, frame - stretch["offset"], count)
    for number in range(np.int64(1), shape["overlap"]):
        squares = weights + SQUARED + FLOAT * number * hop
        add_to_ring(address, count, left, right, squares, count - number * hop, frame)
    analyse(
        work_address, tables_address, shape, weights, sound, stretch["analysed"], address + LAST_RE,
        address + LAST_IM,
    )  # fmt: skip
    find_onset(stretch, plan, sound["loop_frames"])


@rtsafe
def step_to_rest(stretch: Any, shape: Any, step: int, frame: int) -> None:
    """Turn the phases back, hop by hop, once the ratio has been 1 for a while and no frame is skipped."""
    centre = frame + shape["half"]
    at_home = stretch["offset"] == centre - whole(position_at(stretch, centre))
    if step != shape["hop"] or not at_home or frame - stretch["steady_since"] < shape["steady"]:
        stretch["steps_to_rest"] = np.int32(0)
        stretch["unturned"] = np.int32(0)
        return
    if stretch["unturned"] > 0:
        stretch["unturned"] += np.int32(1)
        return
    if stretch["steps_to_rest"] == 0:
        stretch["steps_to_rest"] = BACK_STEPS
    turn_back(stretch, np.int64(stretch["steps_to_rest"]))
    stretch["steps_to_rest"] -= np.int32(1)
    if stretch["steps_to_rest"] == 0:
        stretch["unturned"] = np.int32(1)


@rtsafe
def make_hop(
    stretch: Any, address: int, plan: Any, sound: Any, tables_address: int, shape: Any, weights: int,
    work: Any, work_address: int, frame: int,
) -> None:  # fmt: skip
    """Add one spectrum, whose window begins at this frame, to the output."""
    before, hop = stretch["analysed"], shape["hop"]
    onset = plan_hop(stretch, plan, sound["loop_frames"], frame + shape["half"], hop)
    position = stretch["analysed"]
    step = position - before
    now_re, now_im = work_address + NOW_RE, work_address + NOW_IM
    analyse(work_address, tables_address, shape, weights, sound, position, now_re, now_im)
    if step != hop:
        early_re, early_im = work_address + EARLY_RE, work_address + EARLY_IM
        analyse(work_address, tables_address, shape, weights, sound, position - hop, early_re, early_im)
        compare(address, work_address)
        lock_to_peaks(stretch, work, work_address)
    step_to_rest(stretch, shape, step, frame)
    if onset >= 0:
        start_anew(stretch, plan["at_masks"] + (onset % plan["onset_count"]) * np.int64(MASK_BYTES))
    turn_spectrum(address, work_address)
    keep_spectrum(address, work_address)
    add_spectrum(address, work_address, tables_address, shape, weights, frame)
    stretch["made"] += np.int64(1)


@rtsafe
def take_quantum(address: int, ring_frames: int, left: int, right: int, frame: int) -> None:
    """Write the prepared output of a quantum, and clear it for the spectra of the next round."""
    start = FLOAT * (frame % ring_frames)
    copy(left, address + RING_LEFT + start, Q)
    copy(right, address + RING_RIGHT + start, Q)
    clear_floats(address + RING_LEFT + start, Q)
    clear_floats(address + RING_RIGHT + start, Q)


@rtsafe
def render_stretch(
    stretch: Any, address: int, plan: Any, sound: Any, tables_address: int, weights: int, work: Any,
    work_address: int, left: int, right: int, frame: int,
) -> int:  # fmt: skip
    """Write a quantum of a stretched stem; return how many spectra it made.

    Parameters
    ----------
    stretch, address : STRETCH, int64
        The stem, and its address.
    plan, sound : STRETCH_PLAN, SOUND
        What was found in its sound, and the sound.
    tables_address, weights : int64
        Addresses of `STRETCH_TABLES`, and of that of its windows which this stem has.
    work, work_address : STRETCH_WORK, int64
        Scratch memory, shared by all stems, and its address.
    left, right : int64
        Addresses of the rows to write.
    frame : int64
        First frame of the quantum.
    """
    made = stretch["made"]
    shape = carray(pointer(weights), np.int64(1), STRETCH_WINDOW)[0]
    half = shape["half"]
    if stretch["map_rate"] != 1.0 or stretch["map_rate_change"] != 0.0:
        stretch["steady_since"] = frame + Q
    if ((frame + half) // Q) % shape["hop_quanta"] == np.int64(stretch["hop_quantum"]):
        # only the last spectra, whose windows reach beyond this frame, have to be those of the sound itself
        if stretch["mode"] == RUNNING and np.int64(stretch["unturned"]) >= shape["overlap"] - np.int64(1):
            if stretch["steady_since"] <= frame and is_close(stretch, frame + half):
                stretch["mode"] = RESTING
        elif stretch["mode"] == RESTING and not is_close(stretch, frame + half):
            leave_rest(
                stretch, address, plan, sound, tables_address, shape, weights, work_address, frame
            )  # fmt: skip
        if stretch["mode"] == RUNNING:
            make_hop(
                stretch, address, plan, sound, tables_address, shape, weights, work, work_address, frame
            )  # fmt: skip
    if stretch["mode"] == RESTING:
        read_sound(left, right, sound, frame - stretch["offset"], Q)
    else:
        take_quantum(address, shape["frames"], left, right, frame)
    return stretch["made"] - made
