"""A sound that is streamed from disk: its frames at fixed addresses, of which only some are in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import numpy as np

from adaptive.engine.arrays import aligned
from adaptive.engine.sparse_memory import SparseMemory
from adaptive.engine.stream_file import StreamFile
from adaptive.kernel.layout import CHUNK_FRAMES

Array = np.ndarray[Any, Any]

HEAD_S = 1.5
"""What stays in memory from each place on at which a stream may begin."""

LOOK_AHEAD_S = 3.0
"""How far ahead of what plays a stream is read."""

BEHIND_S = 0.35
"""What is kept behind what plays; a stretched clip reads 8,192 frames behind its place."""

KEPT_S = 2.0
"""How long a chunk is kept that nothing needs: a fade that is taken back goes on with it."""

RETRY_S = 1.0
"""Time after which a chunk that could not be read is tried again, in frames of the timeline."""


class DiskStream:
    """The frames of a streamed sound.

    Parameters
    ----------
    file : StreamFile
        What it is read from.
    sample_rate : int
        Of the engine.

    Attributes
    ----------
    channels : list of ndarray, shape (frames,)
        Left and right (the same array twice for mono), for the kernel, which reads only chunks that are
        marked as being in memory.
    marks : ndarray of int64, shape (chunks,)
        1 where a chunk is in memory.
    trouble : str
        Why it could not be read the last time; empty: it could.
    """

    def __init__(self, file: StreamFile, sample_rate: int) -> None:
        self.file, self.shape, self.sample_rate = file, file.shape, sample_rate
        shape = file.shape
        row = shape.chunks * shape.channel_bytes
        self._memory = [SparseMemory(row) for _ in range(shape.channels)]
        rows = [memory.bytes.view(shape.dtype)[: shape.frames] for memory in self._memory]
        self.channels = [rows[0], rows[-1]]
        self._views = [memory.bytes.data for memory in self._memory]
        self.marks = aligned(np.int64, max(1, shape.chunks))
        self._pinned = np.zeros(shape.chunks, bool)
        self._wanted_at = np.full(shape.chunks, -(2**62), np.int64)
        self._failed_at: dict[int, int] = {}
        self.trouble = ""
        self._guard = threading.Lock()

    @property
    def resident_bytes(self) -> int:
        """Memory it takes: its heads, and what one clip that plays it needs."""
        near = (LOOK_AHEAD_S + BEHIND_S + KEPT_S) * self.sample_rate / CHUNK_FRAMES + 2
        chunks = min(self.shape.chunks, int(self._pinned.sum()) + round(near))
        return chunks * self.shape.chunk_bytes

    def chunks_of(self, first: int, last: int) -> range:
        """Numbers of the chunks that hold the frames `first` … `last` of the file."""
        first, last = max(0, first), min(last, self.shape.frames)
        return range(first // CHUNK_FRAMES, -(-last // CHUNK_FRAMES)) if last > first else range(0)

    def needed(self, position: int, frames: int, passes: int = 0, *, is_tail: bool = False) -> Iterable[int]:
        """Yield the chunks that a clip reads at a position and in the `frames` after it, soonest first.

        Parameters
        ----------
        position : int
            Frames since beat 1 of the present pass.
        frames : int
            How far ahead.
        passes, is_tail : int, bool
            Passes before this one, whose tails sound; and whether only these do.
        """
        shape, behind = self.shape, round(BEHIND_S * self.sample_rate)
        for number in range(int(is_tail), (passes if shape.loop_frames else 0) + 1):
            at = shape.origin + position + number * shape.loop_frames
            if at - behind >= shape.frames:
                break
            yield from self.chunks_of(at - behind, at + frames)
        over = position + frames - shape.loop_frames
        while shape.loop_frames and not is_tail and over > 0:
            yield from self.chunks_of(shape.origin, shape.origin + over)
            over -= shape.loop_frames

    def pin(self, positions: Iterable[int]) -> None:
        """Keep in memory what sounds from each position on, for `HEAD_S`, and read it now."""
        for position in positions:
            chunks = list(self.needed(position, round(HEAD_S * self.sample_rate)))
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
            width = self.shape.channel_bytes
            into = [view[number * width : (number + 1) * width] for view in self._views]
            try:
                self.file.read_chunk(number, into)
            except OSError as error:
                self._failed_at[number] = frame
                self.trouble = error.strerror or str(error)
                return
            self._failed_at.pop(number, None)
            self.trouble = ""
            # on ARM the read and the mark are separated by locks of the interpreter
            self.marks[number] = 1

    def release(self, frame: int) -> None:
        """Give back the memory of chunks that nothing has needed for `KEPT_S`."""
        oldest = frame - round(KEPT_S * self.sample_rate)
        old = self.marks[: self.shape.chunks].astype(bool) & ~self._pinned & (self._wanted_at < oldest)
        for number in np.nonzero(old)[0].tolist():
            with self._guard:
                self.marks[number] = 0
                for memory in self._memory:
                    memory.release(number * self.shape.channel_bytes, self.shape.channel_bytes)
