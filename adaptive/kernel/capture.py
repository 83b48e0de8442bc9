"""The body of an input stream's callback: copies channels of the device into rings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.atomic import load_acquire, store_release
from adaptive.kernel.capture_record import CAPTURE
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.sources.incoming_record import RING_WORDS

COUNT = np.int64(CAPTURE.fields["count"][1])
READ = np.int64(RING_WORDS.fields["read"][1])


@rtsafe
def copy_channels(frames: Any, ring: Any, written: int, capacity: int, left: int, right: int) -> None:
    """Copy two channels of a block behind what a ring holds."""
    first = written % capacity
    for i in range(frames.shape[0]):
        at = first + np.int64(i)
        at -= capacity if at >= capacity else np.int64(0)
        ring[at, 0] = frames[i, left]
        ring[at, 1] = frames[i, right]


@rtsafe
def capture_block(record: Any, address: int, inputs: int, frames: int) -> None:
    """Copy a block of the device into all rings that have room for it."""
    record["blocks"] += np.int64(1)
    block = carray(pointer(inputs), (frames, record["channels"]), np.float32)
    for number in range(load_acquire(address + COUNT)):
        words, capacity = record["at_words"][number], record["capacity"][number]
        written = load_acquire(words)
        if capacity - (written - load_acquire(words + READ)) < frames:
            record["lost"] += frames
            continue
        ring = carray(pointer(record["at_frames"][number]), (capacity, np.int64(2)), np.float32)
        copy_channels(block, ring, written, capacity, record["left"][number], record["right"][number])
        store_release(words, written + frames)
