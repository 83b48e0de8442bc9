"""``--record``: keeps what was played as FLAC or WAV, up to a number of bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from adaptive.sinks.bounded_file import BoundedFile

MOST_IN_FLAC = 8
"""Channels that a FLAC file holds; more are written as WAV."""


class MasterRecording(BoundedFile):
    """Writes the master of a session.

    Parameters
    ----------
    folder : Path
        Where the file is written.
    sample_rate, channels, tags, limit_bytes, tell
        See `BoundedFile`.
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
        super().__init__(folder / name, sample_rate, channels, tags, limit_bytes, tell)

    def close(self, played: int) -> None:
        """End the file; `played` frames were played, and those that are missing are told."""
        if self.has_ended:
            return
        missing = played - self.frames
        text = f"{self.path}: {missing} frames are missing, they could not be written in time"
        self.end(text if missing > 0 else "")
