"""A sound that is streamed from disk: its frames at fixed addresses, of which only some are in memory."""

from __future__ import annotations

from collections.abc import Iterable

from adaptive.engine.chunked_frames import KEPT_S, LOOK_AHEAD_S, ChunkedFrames
from adaptive.engine.stream_file import StreamFile
from adaptive.kernel.layout import CHUNK_FRAMES

HEAD_S = 1.5
"""What stays in memory from each place on at which a stream may begin."""

BEHIND_S = 0.35
"""What is kept behind what plays; a stretched clip reads 8,192 frames behind its place."""


class DiskStream(ChunkedFrames):
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
    """

    def __init__(self, file: StreamFile, sample_rate: int) -> None:
        self.file, self.shape = file, file.shape
        shape = file.shape
        super().__init__(file.name, shape.channels, shape.frames, shape.dtype, sample_rate)
        rows = [row[: shape.frames] for row in self._rows]
        self.channels = [rows[0], rows[-1]]

    @property
    def resident_bytes(self) -> int:
        """Memory it takes: its heads, and what one clip that plays it needs."""
        near = (LOOK_AHEAD_S + BEHIND_S + KEPT_S) * self.sample_rate / CHUNK_FRAMES + 2
        chunks = min(self.chunks, self.pinned_chunks + round(near))
        return chunks * self.shape.chunk_bytes

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
            self.keep(list(self.needed(position, round(HEAD_S * self.sample_rate))))

    def read(self, number: int, into: list[memoryview]) -> None:
        """Read a chunk, one channel into each of `into`.

        Raises
        ------
        OSError
            It cannot be read.
        """
        self.file.read_chunk(number, into)
