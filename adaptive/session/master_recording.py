"""``--record``: keeps what was played as FLAC or WAV, up to a number of bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.sinks.bounded_file import BoundedFile

MOST_IN_FLAC = 8
"""Channels that a FLAC file holds; more are written as WAV."""


class MasterRecording(BoundedFile):
    """Writes the master of a session, from the first frame of the music on, as a render does.

    Parameters
    ----------
    folder : Path
        Where the file is written.
    sample_rate, channels, tags, limit_bytes, tell
        See `BoundedFile`.
    delay_frames : int
        By how much the output is behind the music: so many frames are left out at the beginning.
    """

    def __init__(
        self,
        folder: Path,
        sample_rate: int,
        channels: int,
        tags: dict[str, str],
        limit_bytes: int,
        tell: Callable[[str], None],
        delay_frames: int = 0,
    ) -> None:
        name = "master.flac" if channels <= MOST_IN_FLAC else "master.wav"
        super().__init__(folder / name, sample_rate, channels, tags, limit_bytes, tell)
        self._delay_frames = self._to_skip = delay_frames

    def write(self, frames: np.ndarray[Any, np.dtype[np.float32]]) -> None:
        """Write frames, shape (frames, channels), except those before the music."""
        skipped = min(self._to_skip, len(frames))
        self._to_skip -= skipped
        super().write(frames[skipped:])

    def close(self, played: int) -> None:
        """End the file; `played` frames were played, and those that are missing are told."""
        if self.has_ended:
            return
        missing = max(0, played - self._delay_frames) - self.frames
        text = f"{self.path}: {missing} frames are missing, they could not be written in time"
        self.end(text if missing > 0 else "")
