"""An audio file that a recording writes while music plays: a full disk or its limit ends it, no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.errors import AdaptiveError
from adaptive.sinks.file import AudioFileSink

LOOK_EVERY_FRAMES = 48_000
"""The size of the file is asked for once in so many frames."""


class BoundedFile:
    """Writes frames to a file in a worker's thread; a full disk or the limit ends it, and the music goes on.

    Parameters
    ----------
    path : Path
        Of the file; its suffix says the format.
    sample_rate, channels : int
        Of the frames.
    tags : dict
        Tags of the file.
    limit_bytes : int
        The file ends when it is as large as this.
    tell : callable
        Is given a sentence, in the worker's thread.

    Attributes
    ----------
    frames : int
        Frames that were written.
    """

    def __init__(
        self,
        path: Path,
        sample_rate: int,
        channels: int,
        tags: dict[str, str],
        limit_bytes: int,
        tell: Callable[[str], None],
    ) -> None:
        self.path, self._limit_bytes, self._tell = path, limit_bytes, tell
        self._sink: AudioFileSink | None = AudioFileSink(path, sample_rate, channels, tags)
        self.frames = self._looked = 0

    @property
    def has_ended(self) -> bool:
        """Whether nothing is written any more."""
        return self._sink is None

    def write(self, frames: np.ndarray[Any, np.dtype[np.float32]]) -> None:
        """Write frames, shape (frames, channels)."""
        if self._sink is None or not len(frames):
            return
        try:
            self._sink.write(np.ascontiguousarray(frames))
        except AdaptiveError as error:
            self.end(f"{error}; the music goes on")
            return
        self.frames += len(frames)
        if self.frames - self._looked >= LOOK_EVERY_FRAMES:
            self._looked = self.frames
            if self.path.stat().st_size >= self._limit_bytes:
                self.end(
                    f"{self.path}: ends at {self._limit_bytes / 1e6:g} MB (--record-mb); the music goes on"
                )

    def end(self, sentence: str = "") -> None:
        """End the file, and tell a sentence."""
        if self._sink is not None:
            sink, self._sink = self._sink, None
            sink.__exit__(None, None, None)
        if sentence:
            self._tell(sentence)
