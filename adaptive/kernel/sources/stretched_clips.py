"""Clips that follow a tempo map: each is given a quantum of its sound, stretched, before clips are rendered.

A clip at its own tempo is not touched, and plays as if there were no stretch.  One that follows another tempo
begins by itself, too: its sound is a copy until its first spectrum, slice or step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.layout import PAIRS, QUANTUM, STRETCH_SLICES, STRETCH_TONES, STRETCH_VARISPEED
from adaptive.kernel.sources.clip_record import KEPT_FRAMES, STRETCHED_FRAMES
from adaptive.kernel.sources.clip_tempo import played_so_far, set_position
from adaptive.kernel.sources.slices import STEADY, render_slices, start_slices
from adaptive.kernel.sources.stretch import render_stretch, start_stretch
from adaptive.kernel.sources.stretch_map import position_at
from adaptive.kernel.sources.stretch_record import STRETCH, STRETCH_RESTING, STRETCH_WINDOW
from adaptive.kernel.sources.stretch_spectrum import window_address
from adaptive.kernel.sources.varispeed import render_varispeed

Q = np.int64(QUANTUM)
ROW = np.int64(4 * STRETCHED_FRAMES)
STRETCH_BYTES = np.int64(STRETCH.itemsize)
LAST = np.int64(STRETCHED_FRAMES - 1)
KEPT = np.int64(4 * KEPT_FRAMES)
NEAR = 0.501  # frames: a copy has whole frames, so it may be half a frame from the tempo map


@rtsafe
def begin_to_follow(group: Any, column: int, stretch: Any, plan: Any, loop_frames: int, frame: int) -> None:
    """Begin where the clip is, which has been a copy of its sound so far."""
    kind = group["stretch_kind"][column]
    position = played_so_far(group, column, loop_frames)
    if kind == STRETCH_SLICES:
        start_slices(stretch, plan, loop_frames, frame, position)
    elif kind == STRETCH_VARISPEED:
        stretch["slid"] = np.float64(position) - position_at(stretch, frame)
    else:
        start_stretch(stretch, frame, position)
    group["follows"][column] = np.int32(1)


@rtsafe
def read_map(group: Any, column: int, stretch: Any) -> None:
    """Give a stretch the tempo map of its clip."""
    stretch["map_frame"] = group["map_frame"][column]
    stretch["map_position"] = group["map_position"][column]
    stretch["map_rate"] = group["map_rate"][column]
    stretch["map_rate_change"] = group["map_rate_change"][column]
    stretch["hop_quantum"] = group["hop_quantum"][column]


@rtsafe
def keep_last(row: int) -> None:
    """Keep the last two frames of a quantum in front of the next one."""
    frames = carray(pointer(row), np.int64(STRETCHED_FRAMES), np.float32)
    frames[0], frames[1] = frames[LAST - np.int64(1)], frames[LAST]


@rtsafe
def is_home(kind: int, stretch: Any, frame: int) -> bool:
    """Whether a stem at its own tempo is a copy of its sound again, from this frame on."""
    if stretch["map_rate"] != 1.0 or stretch["map_rate_change"] != 0.0:
        return False
    exact = position_at(stretch, frame)
    if kind == STRETCH_VARISPEED:
        position = exact + stretch["slid"]
        return position == np.floor(position) and abs(stretch["slid"]) <= NEAR
    if abs(exact - np.float64(frame - stretch["offset"])) > NEAR:
        return False
    if kind == STRETCH_SLICES:
        return stretch["fade_left"] == 0 and frame - stretch["steady_since"] >= STEADY
    return stretch["mode"] == STRETCH_RESTING


@rtsafe
def place_at(kind: int, stretch: Any, frame: int) -> int:
    """Position at a frame, in frames (int64) from beat 1 of the first pass."""
    if kind == STRETCH_VARISPEED:
        return np.int64(np.floor(position_at(stretch, frame) + stretch["slid"]))
    return frame - stretch["offset"]


@rtsafe
def render_follower(
    group: Any, column: int, stretch: Any, address: int, plan: Any, sound: Any, row: int, at_tables: int,
    work: Any, at_work: int, at_sinc: int, frame: int,
) -> int:  # fmt: skip
    """Render a quantum of one clip into its row, or let it go on as a copy; return its number of spectra."""
    kind, loop_frames = group["stretch_kind"][column], sound["loop_frames"]
    weights = window_address(at_tables, np.int64(kind == STRETCH_TONES))
    left, right = row + KEPT, row + ROW + KEPT
    is_new = group["follows"][column] == 2
    read_map(group, column, stretch)
    if is_new:
        begin_to_follow(group, column, stretch, plan, loop_frames, frame)
    if not is_new and is_home(kind, stretch, frame):
        set_position(group, column, place_at(kind, stretch, frame), loop_frames)
        group["at_stretched"][column] = np.int64(0)
        group["follows"][column] = np.int32(0)
        return np.int64(0)
    keep_last(row)
    keep_last(row + ROW)
    made = np.int64(0)
    if kind == STRETCH_SLICES:
        render_slices(stretch, plan, sound, at_work, left, right, frame)
    elif kind == STRETCH_VARISPEED:
        render_varispeed(stretch, sound, at_sinc, at_work, left, right, frame)
    else:
        made = render_stretch(
            stretch, address, plan, sound, at_tables, weights, work, at_work, left, right, frame
        )  # fmt: skip
        if stretch["mode"] == STRETCH_RESTING:
            set_position(group, column, frame - stretch["offset"], loop_frames)
            group["at_stretched"][column] = np.int64(0)
            return made
    after = place_at(kind, stretch, frame + Q)
    if loop_frames == 0:
        # the last spectrum rings for half a window
        after -= carray(pointer(weights), np.int64(1), STRETCH_WINDOW)[0]["half"]
    set_position(group, column, after, loop_frames)
    group["at_stretched"][column] = left
    return made


@rtsafe
def render_stretched(
    clips: Any, count: int, sounds: Any, plans: Any, stretches: Any, at_stretches: int, at_rows: int,
    at_tables: int, work: Any, at_work: int, at_sinc: int, frame: int,
) -> int:  # fmt: skip
    """Render a quantum of every clip that follows a tempo map; return how many spectra were made.

    Sound n has the plans 2 n and, for tones, 2 n + 1.
    """
    made = np.int64(0)
    for index in range(count * np.int64(PAIRS)):
        group, column = clips[index // np.int64(PAIRS)], index % np.int64(PAIRS)
        if group["follows"][column] == 0:
            continue
        if group["state"][column] == 0:
            group["follows"][column] = np.int32(0)
            group["at_stretched"][column] = np.int64(0)
            continue
        number = np.int64(group["sound"][column])
        plan = np.int64(2) * number
        plan += np.int64(1) if group["stretch_kind"][column] == STRETCH_TONES else np.int64(0)
        made += render_follower(
            group, column, stretches[index], at_stretches + index * STRETCH_BYTES, plans[plan],
            sounds[number], at_rows + np.int64(2) * ROW * index, at_tables, work, at_work, at_sinc, frame,
        )  # fmt: skip
    return made
