"""Whether the frames that a stream is about to play are in memory, and the fade of what runs out of them.

A streamed sound lies at one address like any other, but only some of its chunks are in memory.  Another
thread reads chunks ahead and marks each.  What plays the sound fades out over four quanta before the first
frame that is missing, goes on silently, and fades in again, in phase.
"""

from __future__ import annotations

import numpy as np

from adaptive.kernel.atomic import load_acquire
from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32
from adaptive.kernel.layout import CHUNK_FRAMES, QUANTUM

CHUNK = np.int64(CHUNK_FRAMES)
WORD = np.int64(8)
FADE_QUANTA = np.int32(4)
SHARE = F32(1.0 / 4.0)
AHEAD_QUANTA = 5
AHEAD = np.int64(QUANTUM * AHEAD_QUANTA)
"""Frames that must be there: this quantum, and those in which it would fade out."""

ENOUGH = np.int64(CHUNK_FRAMES)
"""Frames that must be there before what has run out is heard again."""


@rtsafe
def is_in_memory(at_chunks: int, frames: int, first: int, last: int) -> bool:
    """Whether frames `first` … `last` (int64) of a stream are in memory; there are none beyond `frames`.

    `at_chunks` is the address of its marks, an int64 for each chunk.
    """
    first, last = max(first, np.int64(0)), min(last, frames)
    if last <= first:
        return True
    chunk, end = first // CHUNK, (last - np.int64(1)) // CHUNK
    while chunk <= end:
        if load_acquire(at_chunks + WORD * chunk) == 0:
            return False
        chunk += np.int64(1)
    return True
