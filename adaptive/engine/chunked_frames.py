"""Frames at fixed addresses, of which only chunks are in memory: what stems and samples are streamed with."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from adaptive.engine.arrays import aligned
from adaptive.engine.sparse_memory import SparseMemory
from adaptive.kernel.layout import CHUNK_FRAMES

Array = np.ndarray[Any, Any]

LOOK_AHEAD_S = 3.0
"""How far ahead of what plays a stream is read."""

KEPT_S = 2.0
"""How long a chunk is kept that nothing needs: a fade that is taken back goes on with it."""

RETRY_S = 1.0
"""Time after which a chunk that could not be read is tried again, in frames of the timeline."""

LONG_AGO = -(2**62)


class ChunkedFrames:
    """Channels of frames, and marks of the chunks that are in memory.

    Thread: `want`, `load` and `release` any.

    Parameters
    ----------
    name : str
        Of the file, for sentences.
    channels, frames : int
        How many.
    dtype : numpy.dtype
        Of a sample.
    sample_rate : int
        Of the engine.
    lead_bytes, tail_bytes : int
        Zeros in front of each channel and behind it.

    Attributes
    ----------
    marks : ndarray of int64, shape (chunks,)
        1 where a chunk is in memory.
    trouble : str
        Why it could not be read the last time; empty: it could.
    """

    def __init__(
        self, name: str, channels: int, frames: int, dtype: np.dtype[Any], sample_rate: int,
        lead_bytes: int = 0, tail_bytes: int = 0,
    ) -> None:  # fmt: skip
        self.name, self.frames, self.sample_rate = name, frames, sample_rate
        self.chunks = -(-frames // CHUNK_FRAMES)
        self._lead, self._width = lead_bytes, CHUNK_FRAMES * dtype.itemsize
        size = lead_bytes + self.chunks * self._width + tail_bytes
        self._memory = [SparseMemory(size) for _ in range(channels)]
        self._rows = [memory.bytes[lead_bytes:].view(dtype) for memory in self._memory]
        self._views = [memory.bytes.data for memory in self._memory]
        self.marks = aligned(np.int64, max(1, self.chunks))
        self._pinned = np.zeros(self.chunks, bool)
        self._wanted_at = np.full(self.chunks, LONG_AGO, np.int64)
        self._failed_at: dict[int, int] = {}
        self.trouble = ""
        self._guard = threading.Lock()

    @property
    def pinned_chunks(self) -> int:
        """Number of the chunks that stay in memory."""
        return int(self._pinned.sum())

    def chunks_of(self, first: int, last: int) -> range:
        """Numbers of the chunks that hold the frames `first` … `last`."""
        first, last = max(0, first), min(last, self.frames)
        return range(first // CHUNK_FRAMES, -(-last // CHUNK_FRAMES)) if last > first else range(0)

    def keep(self, chunks: Sequence[int]) -> None:
        """Keep chunks in memory, and read them now."""
        self._pinned[chunks] = True
        for number in chunks:
            self.load(number, 0)

    def want(self, chunks: Iterable[int], frame: int) -> list[int]:
        """Say that chunks are needed at a frame of the timeline; return those that must be read."""
        missing = []
        for number in chunks:
            self._wanted_at[number] = frame
            failed = self._failed_at.get(number)
            is_waiting = failed is not None and 0 <= frame - failed < RETRY_S * self.sample_rate
            if not self.marks[number] and not is_waiting:
                missing.append(number)
        return missing

    def load(self, number: int, frame: int) -> None:
        """Read a chunk, if it is not there; a chunk that cannot be read is silent, and `trouble` says why."""
        with self._guard:
            if self.marks[number]:
                return
            at = self._lead + number * self._width
            try:
                self.read(number, [view[at : at + self._width] for view in self._views])
            except OSError as error:
                self._failed_at[number] = frame
                self.trouble = error.strerror or str(error)
                return
            self._failed_at.pop(number, None)
            self.trouble = ""
            # on ARM the read and the mark are separated by locks of the interpreter
            self.marks[number] = 1

    def read(self, number: int, into: list[memoryview]) -> None:
        """Read a chunk, one channel into each of `into`.

        Raises
        ------
        OSError
            It cannot be read.
        """
        raise NotImplementedError

    def release(self, frame: int) -> bool:
        """Give back the memory of chunks that nothing has needed for `KEPT_S`; return whether any is left.

        Chunks that stay in memory do not count.
        """
        oldest = frame - round(KEPT_S * self.sample_rate)
        there = self.marks[: self.chunks].astype(bool) & ~self._pinned
        old = there & (self._wanted_at < oldest)
        for number in np.nonzero(old)[0].tolist():
            with self._guard:
                self.marks[number] = 0
                for memory in self._memory:
                    memory.release(self._lead + number * self._width, self._width)
        return bool((there & ~old).any())
