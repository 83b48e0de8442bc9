"""The process callback of a JACK client: the master on its ports, and each stem on a pair of its own.

A stem is a bus after its fader, as `render --stems` writes it.  It waits in a ring until the master has
passed its inserts and its limiter, so that all ports are in phase.  It follows a pause, and not the volume.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel import fill
from adaptive.kernel.atomic import load_acquire, write_float_mode
from adaptive.kernel.compile.jit import call_get_buffer, pointer, rtsafe
from adaptive.kernel.device_callback import (
    ONE,
    enter_gate,
    flush_to_zero,
    leave_gate,
    note_block,
    now_ns,
    rehearse,
)
from adaptive.kernel.dsp.maths import F32, ZERO
from adaptive.kernel.jack_record import (
    JACK_CLIENT,
    JACK_OUTPUT,
    JACK_STEM,
    MOST_STEMS,
    RING_FRAMES,
    STEM_ROW,
)
from adaptive.kernel.layout import HEADER, MASTER, QUANTUM, ROOT

Q = np.int64(QUANTUM)
TWO = np.int64(2)
ROOT_BYTES = np.int64(ROOT.itemsize)
COUNT_OFFSET = ROOT_BYTES + np.int64(JACK_CLIENT.fields["stem_count"][1])
ROWS_OFFSET = np.int64(HEADER.fields["at_stem_rows"][1])
RING = np.int64(RING_FRAMES)
MASK = np.int64(RING_FRAMES - 1)
STEMS = np.int64(MOST_STEMS)


@rtsafe
def find_buffers(client: Any, stem_count: int, frames: int) -> None:
    """Ask JACK where the samples of each port go in this block, and clear them."""
    outputs = carray(pointer(client["at_outputs"]), client["output_count"], JACK_OUTPUT)
    stems = carray(pointer(client["at_stems"]), STEMS, JACK_STEM)
    for number in range(client["output_count"]):
        outputs[number]["buffer"] = call_get_buffer(client["get_buffer"], outputs[number]["port"], frames)
        fill.clear(carray(pointer(outputs[number]["buffer"]), frames, np.float32))
    for number in range(stem_count):
        stem = stems[number]
        stem["left_buffer"] = call_get_buffer(client["get_buffer"], stem["left"], frames)
        stem["right_buffer"] = call_get_buffer(client["get_buffer"], stem["right"], frames)
        fill.clear(carray(pointer(stem["left_buffer"]), frames, np.float32))
        fill.clear(carray(pointer(stem["right_buffer"]), frames, np.float32))


@rtsafe
def play_outputs(client: Any, at: int, count: int, frames: int, channels: int) -> None:
    """Take interleaved frames apart, into the buffers of the master's ports from frame `at` on."""
    outputs = carray(pointer(client["at_outputs"]), channels, JACK_OUTPUT)
    block = carray(pointer(client["at_block"]), (Q, channels), np.float32)
    for channel in range(channels):
        out = carray(pointer(outputs[channel]["buffer"]), frames, np.float32)
        for i in range(count):
            out[at + i] = block[i, channel]


@rtsafe
def play_stem(
    stem: Any, row: Any, audio: Any, bus_count: int, first: int, at: int, count: int, frames: int,
    gain: float, slope: float,
) -> None:  # fmt: skip
    """Write frames `first` … of the present quantum of a bus to the ring, and play what has waited enough."""
    ring = carray(pointer(stem["at_ring"]), (TWO, RING), np.float32)
    left = carray(pointer(stem["left_buffer"]), frames, np.float32)
    right = carray(pointer(stem["right_buffer"]), frames, np.float32)
    bus, written, delay = row["bus"], stem["written"], row["delay_frames"]
    is_there = bus >= np.int64(0) and bus < bus_count and (gain > ZERO or slope > ZERO)
    for i in range(count):
        place = (written + i) & MASK
        level = gain + slope * F32(first + i)
        ring[0, place] = level * audio[bus, 0, first + i] if is_there else ZERO
        ring[1, place] = level * audio[bus, 1, first + i] if is_there else ZERO
        waited = (written + i - delay) & MASK
        left[at + i] = ring[0, waited]
        right[at + i] = ring[1, waited]
    stem["written"] = written + count


@rtsafe
def play_stems(
    header: Any, header_address: int, client: Any, stem_count: int, first: int, at: int, count: int,
    frames: int,
) -> None:  # fmt: skip
    """Play a piece of the present quantum on the ports of every stem."""
    rows_address = load_acquire(header_address + ROWS_OFFSET)
    if rows_address == np.int64(0):
        return
    rows = carray(pointer(rows_address), STEMS, STEM_ROW)
    stems = carray(pointer(client["at_stems"]), STEMS, JACK_STEM)
    audio = carray(pointer(header["at_bus_audio"]), (header["bus_count"], TWO, Q), np.float32)
    gain = client["pause_before"]
    slope = (client["pause_now"] - gain) / F32(QUANTUM)
    for number in range(stem_count):
        play_stem(
            stems[number], rows[number], audio, header["bus_count"], first, at, count, frames, gain, slope
        )


@rtsafe
def play_ports(root_address: int, frames: int) -> None:
    """Fill one block of every port, or clear it if the stream's gate is shut.

    Parameters
    ----------
    root_address : int64
        Address of the stream's `ROOT`, with its `JACK_CLIENT` directly after it.
    frames : int64
        Length of the block.
    """
    root = carray(pointer(root_address), ONE, ROOT)[0]
    client = carray(pointer(root_address + ROOT_BYTES), ONE, JACK_CLIENT)[0]
    root["blocks"] += ONE
    stem_count = load_acquire(root_address + COUNT_OFFSET)
    find_buffers(client, stem_count, frames)
    if enter_gate(root_address):
        render_ports(root, client, root_address, stem_count, frames)
    else:
        rehearse(root_address, client["at_block"], min(Q, frames), root["device_channels"])
    leave_gate(root_address)


@rtsafe
def render_ports(root: Any, client: Any, root_address: int, stem_count: int, frames: int) -> None:
    """Render the engine whose header is published now, in pieces that never cross two quanta."""
    header_address = load_acquire(root_address)
    header = carray(pointer(header_address), ONE, HEADER)[0]
    master = carray(pointer(header["at_master"]), ONE, MASTER)[0]
    began = now_ns(header)
    mode = flush_to_zero()
    channels = root["device_channels"]
    at = np.int64(0)
    while at < frames:
        waiting = header["fifo_fill"]
        count = min(waiting if waiting > np.int64(0) else Q, frames - at)
        fill.fill(header, header_address, client["at_block"], count, channels)
        if waiting == np.int64(0):
            waiting = Q
            client["pause_before"] = client["pause_now"]
            client["pause_now"] = max(master["pause_value"], ZERO)
        play_outputs(client, at, count, frames, channels)
        play_stems(header, header_address, client, stem_count, Q - waiting, at, count, frames)
        at += count
    write_float_mode(mode)
    note_block(root, header, header_address, began, frames)
