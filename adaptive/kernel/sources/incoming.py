"""An incoming stream: frames that another thread or process writes to a ring, played on a bus.

It begins once enough frames wait.  Where they run out it fades over those that are left, counts, and fades in
again once enough wait; where too many wait, because the writer's clock is faster, it does the same and skips.
A *timed* ring numbers its frames as the engine does, so that what was late is left out and the rest is in
phase; any other is read from the oldest frame on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.atomic import load_acquire, store_release
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, ZERO
from adaptive.kernel.layout import HEADER, QUANTUM
from adaptive.kernel.sources.incoming_record import INCOMING, INCOMING_VOICES, RING_WORDS
from adaptive.kernel.sources.notes import bus_of, entries_of, forget_starts, take_commands, telemetry_of

Q = np.int64(QUANTUM)
STEP = F32(1.0 / QUANTUM)
LOUDEST = F32(16.0)  # +24 dBFS
READ, VALID = (np.int64(RING_WORDS.fields[name][1]) for name in ("read", "valid_from"))


@rtsafe
def decide(stream: Any, waiting: int) -> None:
    """Decide whether the stream flows: it begins with `latency` frames, and ends where it cannot fade later.

    The fade takes ``1 / fade_step`` quanta, and needs as many frames.
    """
    least = Q + np.int64(F32(QUANTUM) / stream["fade_step"])
    if stream["is_flowing"] == 1:
        if waiting < least:
            stream["is_flowing"] = np.int32(0)
            stream["starved"] += np.int64(1)
        elif waiting > stream["most"]:
            stream["is_flowing"] = np.int32(0)
            stream["skipped"] += np.int64(1)
    elif waiting >= max(stream["latency"], least):
        if stream["is_timed"] == 0 and stream["gain"] == ZERO:
            stream["position"] += waiting - max(stream["latency"], least)
        if stream["gain"] == ZERO or waiting <= stream["most"]:
            stream["is_flowing"] = np.int32(1)


@rtsafe
def add_frames(stream: Any, bus: Any, before: float, after: float) -> None:
    """Add a quantum of the ring to a bus, with a gain that moves along a straight line."""
    frames = carray(pointer(stream["at_frames"]), (stream["capacity"], np.int64(2)), np.float32)
    first = stream["position"] % stream["capacity"]
    slope = (after - before) * STEP
    damaged = np.int64(0)
    for i in range(Q):
        at = first + i
        at -= stream["capacity"] if at >= stream["capacity"] else np.int64(0)
        gain = before + slope * F32(i + 1)
        left, right = frames[at, 0], frames[at, 1]
        if abs(left) <= LOUDEST and abs(right) <= LOUDEST:
            bus[0, i] += left * gain
            bus[1, i] += right * gain
        else:
            damaged += np.int64(1)
    stream["damaged"] += damaged


@rtsafe
def keep_played(stream: Any, frame: int, has_frames: bool, before: float, after: float) -> None:
    """Keep a quantum as it is played before fades of the instrument, or silence, as frame `frame` and on."""
    words, capacity = stream["at_played_words"], stream["played_capacity"]
    played = carray(pointer(stream["at_played_frames"]), (capacity, np.int64(2)), np.float32)
    frames = carray(pointer(stream["at_frames"]), (stream["capacity"], np.int64(2)), np.float32)
    first, target = stream["position"] % stream["capacity"], frame % capacity
    slope = (after - before) * STEP
    for i in range(Q):
        left, right = ZERO, ZERO
        if has_frames:
            at = first + i
            at -= stream["capacity"] if at >= stream["capacity"] else np.int64(0)
            gain = before + slope * F32(i + 1)
            if abs(frames[at, 0]) <= LOUDEST and abs(frames[at, 1]) <= LOUDEST:
                left, right = frames[at, 0] * gain, frames[at, 1] * gain
        played[target + i, 0], played[target + i, 1] = left, right
    if load_acquire(words) != frame:  # the first quantum, or the first after a gap
        store_release(words + VALID, frame)
    store_release(words, frame + Q)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Play a quantum of an incoming stream; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    stream = carray(pointer(instrument_address), np.int64(1), INCOMING)[0]
    voices = carray(pointer(stream["voices"]), stream["group_count"], INCOMING_VOICES)
    faded = stream["fade_value"]
    frame = header["frame"]
    telemetry = telemetry_of(header)
    stolen = telemetry["stolen_voices"]
    take_commands(voices, stream, entries_of(header), frame, telemetry)
    telemetry["stolen_voices"] = stolen  # its notes are played by whoever writes the ring
    for number in range(np.int64(stream["group_count"])):
        forget_starts(voices[number])
    words = stream["at_words"]
    if stream["is_timed"] == 1:
        stream["position"] = frame
    written = load_acquire(words)
    waiting = written - stream["position"]
    if stream["is_timed"] == 1 and load_acquire(words + VALID) > stream["position"]:
        waiting = np.int64(0)
    decide(stream, waiting)
    waiting = waiting if stream["is_timed"] == 1 else written - stream["position"]
    before = stream["gain"]
    if waiting >= Q:
        wanted = ONE if stream["is_flowing"] == 1 else ZERO
        after = (
            min(before + stream["fade_step"], wanted)
            if wanted > before
            else max(before - stream["fade_step"], wanted)
        )
        is_played = before > ZERO or after > ZERO
        if stream["at_played_words"] != 0:
            keep_played(stream, frame, is_played, before, after)
        if is_played:
            bus = carray(pointer(bus_of(header, stream)), (np.int64(2), Q), np.float32)
            add_frames(stream, bus, before * faded, after * stream["fade_value"])
            stream["position"] += Q
        stream["gain"] = after
    else:
        if stream["at_played_words"] != 0:
            keep_played(stream, frame, waiting >= Q, ZERO, ZERO)
        stream["gain"] = ZERO
    is_heard = stream["gain"] > ZERO and (faded > ZERO or stream["fade_value"] > ZERO)
    stream["sounding"] = np.int32(1) if is_heard else np.int32(0)
    reads = frame + Q if stream["is_timed"] == 1 else stream["position"]
    store_release(words + READ, reads)
    return np.int32(0)
