"""Cuts quanta of 64 frames into blocks of any size, so that the host's block size never changes a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.atomic import store_release
from adaptive.kernel.compile.jit import call_unit, pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ZERO
from adaptive.kernel.dsp.rows import copy_rows
from adaptive.kernel.dsp.vectors import interleave_rows
from adaptive.kernel.layout import HEADER, MASTER, MAX_CHANNELS, QUANTUM, UNIT_QUANTUM

Q = np.int64(QUANTUM)
PAIR_BYTES = np.int64(8)
ROW_BYTES = np.int64(4 * QUANTUM)
FOLDED = F32(0.70710678)
PLAYED_OFFSET = np.int64(HEADER.fields["played_quanta"][1])


@rtsafe
def clear(data: Any) -> None:
    """Write silence."""
    for i in range(data.size):
        data[i] = ZERO


@rtsafe
def tap_buses(header: Any) -> None:
    """Append the quantum of every bus to the stem recording, while it has space left."""
    length, at = header["tap_frames"], header["tap_at"]
    if length < at + Q:
        return
    count = header["bus_count"]
    audio = carray(pointer(header["at_bus_audio"]), (count, 2, QUANTUM), np.float32)
    taps = carray(pointer(header["at_taps"]), (count, np.int64(2), length), np.float32)
    for index in range(count):
        for side in range(np.int64(2)):
            for i in range(Q):
                taps[index, side, at + i] = audio[index, side, i]
    header["tap_at"] = at + Q


@rtsafe
def keep_played(header: Any, header_address: int, wide: int) -> None:
    """Copy the quantum that is played into the ring from which a meter reads, and count it."""
    number = header["played_quanta"]
    place = header["at_played"] + number % header["played_ring"] * wide * ROW_BYTES
    copy_rows(place, header["at_output"], wide)
    store_release(header_address + PLAYED_OFFSET, number + np.int64(1))


@rtsafe
def interleave(out: Any, at: int, source: Any, first: int, count: int, channels: int, wide: int) -> None:
    """Interleave planar channels; channels the device lacks are mixed at half level into those it has.

    Parameters
    ----------
    out : float32, shape (frames, channels)
        The block of the device; frames `at` … ``at + count`` are written.
    source : float32, shape (wide, quantum)
        What the engine rendered, read from frame `first` on.
    channels, wide : int64
        Channels of the device and of the engine.
    """
    for channel in range(channels):
        for i in range(count):
            out[at + i, channel] = source[channel, first + i] if channel < wide else ZERO
    if channels == 1 and wide > 1:
        for i in range(count):
            out[at + i, 0] = HALF * (source[0, first + i] + source[1, first + i])
    first_lacking = channels if channels > 1 else np.int64(2)
    for channel in range(first_lacking, wide):
        for i in range(count):
            out[at + i, channel % channels] += F32(0.5) * source[channel, first + i]


@rtsafe
def fold(out: Any, at: int, header: Any, first: int, count: int, channels: int, wide: int) -> None:
    """Interleave the channels of a rig, each into the one that stands nearest on a device with fewer.

    Each is 3 dB lower where others are mixed into it; no sample exceeds the ceiling of the master.
    """
    source = carray(pointer(header["at_output"]), (wide, QUANTUM), np.float32)
    folds = carray(pointer(header["at_folds"]), (np.int64(MAX_CHANNELS), np.int64(MAX_CHANNELS)), np.int32)
    ceiling = carray(pointer(header["at_master"]), np.int64(1), MASTER)[0]["ceiling"]
    for i in range(count):
        for channel in range(channels):
            out[at + i, channel] = ZERO
    for channel in range(wide):
        to = np.int64(folds[channels - np.int64(1), channel])
        for i in range(count):
            out[at + i, to] += FOLDED * source[channel, first + i]
    for i in range(count):
        for channel in range(channels):
            out[at + i, channel] = min(max(out[at + i, channel], -ceiling), ceiling)


@rtsafe
def fill(header: Any, header_address: int, out_address: int, frames: int, channels: int) -> None:
    """Fill the block at an address with the rest of the last quantum and as many new quanta as needed."""
    out = carray(pointer(out_address), (frames, channels), np.float32)
    wide = header["channels"]
    source = carray(pointer(header["at_output"]), (wide, QUANTUM), np.float32)
    at = np.int64(0)
    zero = np.int64(0)
    units = carray(pointer(header["at_units"]), header["unit_count"], np.int64)
    while at < frames:
        if header["fifo_fill"] == 0:
            call_unit(units[UNIT_QUANTUM], header_address, zero, zero, zero)
            header["fifo_fill"] = Q
            if header["played_ring"] > 0:
                keep_played(header, header_address, wide)
        count = min(header["fifo_fill"], frames - at)
        if count == Q and channels == 2 and wide == 2:
            interleave_rows(out_address + PAIR_BYTES * at, header["at_output"])
        elif header["at_folds"] != 0 and channels < wide:
            fold(out, at, header, Q - header["fifo_fill"], count, channels, wide)
        else:
            interleave(out, at, source, Q - header["fifo_fill"], count, channels, wide)
        header["fifo_fill"] -= count
        at += count
