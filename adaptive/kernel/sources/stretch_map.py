"""Which frame of a sound each spectrum of a stretched stem is taken from.

The tempo map says where the sound should be.  Around each onset the sound passes at its own speed, so that
every spectrum that contains the onset has it at the same frame of the output; between onsets it passes
faster or slower, so that each onset falls on the frame that the tempo map gives it.  Nothing is accumulated:
every hop is planned from the tempo map anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.sources.stretch_record import STRETCH_ONSET

FOUR = np.int64(4)
HORIZON_HOPS = np.int64(6)  # an onset further away is not yet aimed at
LEAST_RATE, MOST_RATE = 0.25, 4.0
ONSET_BYTES = np.int64(STRETCH_ONSET.itemsize)


@rtsafe
def rate_at(stretch: Any, frame: int) -> float:
    """Frames of the sound in a frame of output, by the tempo map (float64)."""
    rate = stretch["map_rate"] + stretch["map_rate_change"] * np.float64(frame - stretch["map_frame"])
    return min(max(rate, LEAST_RATE), MOST_RATE)


@rtsafe
def position_at(stretch: Any, frame: int) -> float:
    """Position in the sound at a frame of output, by the tempo map (float64)."""
    elapsed = np.float64(frame - stretch["map_frame"])
    return stretch["map_position"] + elapsed * (
        stretch["map_rate"] + 0.5 * stretch["map_rate_change"] * elapsed
    )


@rtsafe
def whole(value: float) -> int:
    """The nearest integer, as int64."""
    return np.int64(np.floor(value + 0.5))


@rtsafe
def onset_frame(onsets: Any, count: int, number: int, loop_frames: int) -> int:
    """Position of an onset that is counted over all passes."""
    passes = number // count
    return onsets[number - passes * count]["frame"] + passes * loop_frames


@rtsafe
def first_onset_behind(onsets: Any, count: int, position: int, loop_frames: int) -> int:
    """Number of the first onset at or behind a position; `count` if a sound without loop has none."""
    number = np.int64(0)
    within = position
    if loop_frames > 0 and position > 0:
        passes = position // loop_frames
        number, within = passes * count, position - passes * loop_frames
    low, high = np.int64(0), count
    while low < high:
        middle = (low + high) // np.int64(2)
        if onsets[middle]["frame"] < within:
            low = middle + np.int64(1)
        else:
            high = middle
    return number + low


@rtsafe
def bounded(position: int, before: int, hop: int) -> int:
    """A position, moved so that the step from the last one is neither too short nor too long."""
    return min(max(position, before + hop // FOUR), before + hop * FOUR)


@rtsafe
def plan_hop(stretch: Any, plan: Any, loop_frames: int, centre: int, hop: int) -> int:
    """Plan the spectrum whose centre sounds at a frame; return the onset at which bins start anew, or -1.

    The position in the sound goes to ``analysed``, and its distance to ``offset``.
    """
    before = stretch["analysed"]
    ideal = position_at(stretch, centre)
    count = plan["onset_count"]
    is_own_tempo = stretch["map_rate"] == 1.0 and stretch["map_rate_change"] == 0.0
    goal = centre + (
        hop if is_own_tempo else HORIZON_HOPS * hop
    )  # a stem at its own tempo is soon to be at rest
    if count == 0:
        return aim(stretch, before, centre, goal, hop)
    onsets = carray(pointer(plan["at_onsets"]), count, STRETCH_ONSET)
    number = stretch["onset"]
    if stretch["is_in_zone"] == 1:
        position = centre - stretch["offset"]
        end = onset_frame(onsets, count, number, loop_frames) + np.int64(onsets[number % count]["behind"])
        if position <= end:
            stretch["analysed"] = position
            return np.int64(-1)
        stretch["is_in_zone"] = np.int32(0)
        number += np.int64(1)
    while number < count or loop_frames > 0:
        if onset_frame(onsets, count, number, loop_frames) > before:
            break
        number += np.int64(1)
    stretch["onset"] = number
    if number >= count and loop_frames == 0:
        return aim(stretch, before, centre, goal, hop)
    at = onset_frame(onsets, count, number, loop_frames)
    lead = np.int64(onsets[number % count]["before"])
    # frame where it belongs; rounded so that at a rate of 1 it agrees with `aim`
    arrival = centre - whole((ideal - np.float64(at)) / rate_at(stretch, centre))
    entry = arrival - lead
    if entry <= centre:
        position = centre - (arrival - at)
        if bounded(position, before, hop) == position:
            return enter_zone(stretch, position, centre, number)
    if entry > goal:
        return aim(stretch, before, centre, goal, hop)
    left = max(np.float64(entry - (centre - hop)), np.float64(hop))
    slope = np.float64(at - lead - before) / left
    position = bounded(before + whole(slope * np.float64(hop)), before, hop)
    if position >= at - lead:
        return enter_zone(stretch, position, centre, number)
    stretch["analysed"], stretch["offset"] = position, centre - position
    return np.int64(-1)


@rtsafe
def enter_zone(stretch: Any, position: int, centre: int, number: int) -> int:
    """Begin the part around an onset that is not stretched; return its number."""
    stretch["analysed"], stretch["offset"] = position, centre - position
    stretch["is_in_zone"] = np.int32(1)
    return number


@rtsafe
def aim(stretch: Any, before: int, centre: int, goal: int, hop: int) -> int:
    """Step towards the place where the tempo map is at the frame `goal`; return -1: no onset."""
    slope = (position_at(stretch, goal) - np.float64(before)) / np.float64(goal - centre + hop)
    position = bounded(before + whole(slope * np.float64(hop)), before, hop)
    if abs(np.float64(position) - position_at(stretch, centre)) <= 1.0:
        position = whole(position_at(stretch, centre))
    stretch["analysed"], stretch["offset"] = position, centre - position
    return np.int64(-1)
