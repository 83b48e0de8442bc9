"""``--record``: keeps what was played as FLAC or WAV, up to a number of bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.errors import AdaptiveError
from adaptive.sinks.file import AudioFileSink

MOST_IN_FLAC = 8
"""Channels that a FLAC file holds; more are written as WAV."""

LOOK_EVERY_FRAMES = 48_000
"""The size of the file is asked for once in so many frames."""


class MasterRecording:
    """Writes frames to a file in a worker's thread; a full disk or the limit ends it, and the music goes on.

    Parameters
    ----------
    folder : Path
        Where the file is written.
    sample_rate, channels : int
        Of the frames.
    tags : dict
        Tags of the file.
    limit_bytes : int
        The file ends when it is as large as this.
    tell : callable
        Is given a sentence, in the worker's thread.
    """

    def __init__(
        self,
        folder: Path,
        sample_rate: int,
        channels: int,
        tags: dict[str, str],
        limit_bytes: int,
        tell: Callable[[str], None],
    ) -> None:
        name = "master.flac" if channels <= MOST_IN_FLAC else "master.wav"
        self.path, self._limit_bytes, self._tell = folder / name, limit_bytes, tell
        self._sink: AudioFileSink | None = AudioFileSink(self.path, sample_rate, channels, tags)
        self.frames = self._looked = 0

    def write(self, frames: np.ndarray[Any, np.dtype[np.float32]]) -> None:
        """Write frames, shape (frames, channels)."""
        if self._sink is None or not len(frames):
            return
        try:
            self._sink.write(np.ascontiguousarray(frames))
        except AdaptiveError as error:
            self._end(f"{error}; the music goes on")
            return
        self.frames += len(frames)
        if self.frames - self._looked >= LOOK_EVERY_FRAMES:
            self._looked = self.frames
            if self.path.stat().st_size >= self._limit_bytes:
                self._end(
                    f"{self.path}: ends at {self._limit_bytes / 1e6:g} MB (--record-mb); the music goes on"
                )

    def close(self, played: int) -> None:
        """End the file; `played` frames were played, and those that are missing are told."""
        if self._sink is None:
            return
        missing = played - self.frames
        text = f"{self.path}: {missing} frames are missing, they could not be written in time"
        self._end(text if missing > 0 else "")

    def _end(self, sentence: str) -> None:
        if self._sink is not None:
            sink, self._sink = self._sink, None
            sink.__exit__(None, None, None)
        if sentence:
            self._tell(sentence)
