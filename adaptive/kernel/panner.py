"""The panner: takes each placed bus to the channels of the output, then crossover, trim and delay of each.

Gains follow places once a quantum and move along straight lines; a place that jumps is blended over within
20 ms, so that nothing clicks, and on the way it is at neither place nor between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.bus import PAIR, QUIET, ROW, sides_of
from adaptive.kernel.bus_record import BUS_GROUP
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO
from adaptive.kernel.dsp.ramps import add_quantum, scale_quantum
from adaptive.kernel.dsp.rows import copy_rows
from adaptive.kernel.ears import clear_ears, hear_side, rest_ears
from adaptive.kernel.ears_record import EARS, HEAD_ROWS, HEAD_VALUES
from adaptive.kernel.layout import PAIRS, QUANTUM
from adaptive.kernel.panning import aim, aim_head
from adaptive.kernel.rig_record import (
    BASE,
    LAW_OFF,
    NODE,
    OUTPUT,
    PLACE,
    RIG,
    RIG_BINAURAL,
    SHARE,
    SPEAKER,
)

Q = np.int64(QUANTUM)
ROW_SHARE = F32(1.0 / QUANTUM)
AUDIBLE = F32(1e-6)
MOST_SHARES = 1 << 20
RIG_BYTES = np.int64(RIG.itemsize)


@rtsafe
def has_moved(place: Any) -> bool:
    """Whether a place is not where its gains were computed; notes where it is."""
    moved = np.int32(0)
    for row in range(np.int64(7)):
        cell = place["azimuth_deg"]
        if row == 1:
            cell = place["elevation_deg"]
        elif row == 2:
            cell = place["distance_m"]
        elif row == 3:
            cell = place["x_m"]
        elif row == 4:
            cell = place["y_m"]
        elif row == 5:
            cell = place["z_m"]
        elif row == 6:
            cell = place["width_deg"]
        if place["aimed"][row] != cell:
            place["aimed"][row] = cell
            moved += np.int32(1)
    return moved > 0 or place["is_set"] == 0


@rtsafe
def mean_row(to: int, left: int, right: int) -> None:
    """Write the mean of two rows."""
    copy_rows(to, left, np.int64(1))
    add_quantum(to, right, ONE, ZERO)
    scale_quantum(to, HALF, ZERO)


@rtsafe
def add_side(place: Any, side: int, row: int, master: int, channels: int, share: float) -> None:
    """Add a side of a bus to every channel where it is heard, along straight lines of gain."""
    gains, targets = place["gain"][side], place["target"][side]
    for channel in range(channels):
        before, goal = gains[channel], targets[channel]
        after = before + (goal - before) * share
        if abs(goal - after) < AUDIBLE:
            after = goal
        if abs(after) > AUDIBLE or abs(before) > AUDIBLE:
            add_quantum(master + ROW * channel, row, before, (after - before) * ROW_SHARE)
        gains[channel] = after


@rtsafe
def rest_at(place: Any, channels: int) -> None:
    """Set the gains of a place that is not heard, or new, to where it is."""
    for side in range(np.int64(2)):
        for channel in range(channels):
            place["gain"][side][channel] = place["target"][side][channel]


@rtsafe
def pan_to_ears(header: Any, rig: Any) -> None:
    """Add every placed bus to two ears, the first channels of the master."""
    frame, rate = header["frame"], F32(header["sample_rate"])
    buses = carray(pointer(header["at_buses"]), header["bus_groups"], BUS_GROUP)
    places = carray(pointer(rig["at_places"]), header["bus_count"], PLACE)
    all_ears = carray(pointer(rig["at_ears"]), header["bus_count"], EARS)
    head = carray(pointer(rig["at_head"]), (np.int64(HEAD_ROWS), np.int64(HEAD_VALUES)), np.float32)
    master = header["at_master_audio"]
    for index in range(header["bus_count"]):
        place, ears = places[index], all_ears[index]
        if place["law"] == LAW_OFF:
            continue
        group, column = buses[index // np.int64(PAIRS)], index % np.int64(PAIRS)
        if has_moved(place):
            for side in range(np.int64(2)):
                aim_head(ears, place, side, head, rate)
        is_quiet = group["silent_quanta"][column] > QUIET
        if place["is_set"] == 0 or is_quiet:
            rest_ears(ears)
            place["is_set"] = np.int32(1)
            if is_quiet:
                if group["silent_quanta"][column] == QUIET + np.int32(1):
                    clear_ears(ears)
                continue
        source = header["at_bus_audio"] + PAIR * index
        left, right = sides_of(group, column, source, group["output_delay"][column], frame)
        if place["has_width"] == 1:
            hear_side(ears, np.int64(0), left, master, frame, rig["share"], rate)
            hear_side(ears, np.int64(1), right, master, frame, rig["share"], rate)
        else:
            mean_row(rig["at_row"], left, right)
            hear_side(ears, np.int64(0), rig["at_row"], master, frame, rig["share"], rate)


@rtsafe
def pan_buses(header: Any, rig: Any) -> None:
    """Add every placed bus to the channels of the master."""
    channels, frame = header["channels"], header["frame"]
    buses = carray(pointer(header["at_buses"]), header["bus_groups"], BUS_GROUP)
    places = carray(pointer(rig["at_places"]), header["bus_count"], PLACE)
    bases = carray(pointer(rig["at_bases"]), rig["base_count"], BASE)
    speakers = carray(pointer(rig["at_speakers"]), rig["speaker_count"], SPEAKER)
    nodes = carray(pointer(rig["at_nodes"]), np.int64(MOST_SHARES), NODE)
    shares = carray(pointer(rig["at_shares"]), np.int64(MOST_SHARES), SHARE)
    master = header["at_master_audio"]
    for index in range(header["bus_count"]):
        place = places[index]
        if place["law"] == LAW_OFF:
            continue
        group, column = buses[index // np.int64(PAIRS)], index % np.int64(PAIRS)
        if has_moved(place):
            sides = np.int64(2) if place["has_width"] == 1 else np.int64(1)
            for side in range(sides):
                aim(np.int64(rig["mode"]), place, side, bases, nodes, shares, speakers, channels)
        if place["is_set"] == 0 or group["silent_quanta"][column] > QUIET:
            rest_at(place, channels)
            place["is_set"] = np.int32(1)
            if group["silent_quanta"][column] > QUIET:
                continue
        source = header["at_bus_audio"] + PAIR * index
        left, right = sides_of(group, column, source, group["output_delay"][column], frame)
        if place["has_width"] == 1:
            add_side(place, np.int64(0), left, master, channels, rig["share"])
            add_side(place, np.int64(1), right, master, channels, rig["share"])
        else:
            mean_row(rig["at_row"], left, right)
            add_side(place, np.int64(0), rig["at_row"], master, channels, rig["share"])


@rtsafe
def filter_output(output: Any, audio: Any) -> None:
    """Run both sections of a crossover over a row: transposed direct form II."""
    b0, b1, b2 = output["filter"][0], output["filter"][1], output["filter"][2]
    a1, a2 = output["filter"][3], output["filter"][4]
    for section in range(np.int64(2)):
        one, two = (
            output["state"][np.int64(2) * section],
            output["state"][np.int64(2) * section + np.int64(1)],
        )
        for i in range(Q):
            x = audio[i]
            y = b0 * x + one
            one = b1 * x - a1 * y + two
            two = b2 * x - a2 * y
            audio[i] = y
        if not (abs(one) + abs(two) < F32(1e6)):
            one, two = ZERO, ZERO
        output["state"][np.int64(2) * section] = one
        output["state"][np.int64(2) * section + np.int64(1)] = two


@rtsafe
def delay_output(output: Any, audio: Any, frame: int) -> None:
    """Delay a row: write it to the ring of its channel, and read what is as old as the delay."""
    length = output["ring_frames"]
    ring = carray(pointer(output["ring"]), length, np.float32)
    at = frame % length
    late = (frame - output["delay_frames"]) % length
    for i in range(Q):  # a ring holds whole quanta, and the delay behind them
        ring[at + i] = audio[i]
    for i in range(Q):
        audio[i] = ring[late]
        late += np.int64(1)
        if late == length:
            late = np.int64(0)


@rtsafe
def feed_subs(header: Any, rig: Any, outputs: Any) -> None:
    """Write the sum of all speakers to the subs, in equal parts."""
    channels, master = header["channels"], header["at_master_audio"]
    share = ONE / F32(rig["sub_count"])
    speakers = carray(pointer(rig["at_speakers"]), rig["speaker_count"], SPEAKER)
    for channel in range(channels):
        if outputs[channel]["is_sub"] == 1:
            for number in range(rig["speaker_count"]):
                source = master + ROW * np.int64(speakers[number]["channel"])
                add_quantum(master + ROW * channel, source, share, ZERO)


@rtsafe
def shape_outputs(header: Any, rig: Any) -> None:
    """Apply crossover, trim and delay to every channel."""
    channels = header["channels"]
    outputs = carray(pointer(rig["at_outputs"]), channels, OUTPUT)
    audio = carray(pointer(header["at_master_audio"]), (channels, QUANTUM), np.float32)
    if rig["sub_count"] > 0:
        feed_subs(header, rig, outputs)
    for channel in range(channels):
        output = outputs[channel]
        if output["is_filtered"] == 1:
            filter_output(output, audio[channel])
        if output["gain"] != ONE:
            scale_quantum(header["at_master_audio"] + ROW * channel, output["gain"], ZERO)
        if output["ring"] != 0:
            delay_output(output, audio[channel], header["frame"])


@rtsafe
def render_rig(header: Any) -> None:
    """Take every placed bus to the output, and shape its channels."""
    rig = carray(pointer(header["at_rig"]), np.int64(1), RIG)[0]
    if rig["mode"] == RIG_BINAURAL:
        pan_to_ears(header, rig)
    else:
        pan_buses(header, rig)
    if rig["has_outputs"] == 1:
        shape_outputs(header, rig)
