"""Audio that is decoded block by block into one array, as large as the header promises."""

from __future__ import annotations

from typing import Any

import numpy as np

Audio = np.ndarray[Any, np.dtype[np.float32]]


class Growing:
    """An array of shape (channels, frames) that is filled from its beginning and may grow.

    Parameters
    ----------
    channels : int
        Number of channels.
    frames : int
        Frames for which there is room at first; memory is used only where they are written.
    """

    def __init__(self, channels: int, frames: int) -> None:
        self.channels = channels
        self.frames = 0
        self._audio: Audio = np.empty((channels, frames), np.float32)

    def missing(self, frames: int) -> int:
        """Return by how many frames it must grow before so many can be added; 0: they fit."""
        needed = self.frames + frames - self._audio.shape[1]
        return max(needed, self._audio.shape[1] // 2) if needed > 0 else 0

    def grow(self, frames: int) -> None:
        """Make room for more frames."""
        larger = np.empty((self.channels, self._audio.shape[1] + frames), np.float32)
        larger[:, : self.frames] = self._audio[:, : self.frames]
        self._audio = larger

    def add(self, block: Audio) -> None:
        """Append a block of shape (channels, frames), for which there must be room."""
        self._audio[:, self.frames : self.frames + block.shape[1]] = block
        self.frames += block.shape[1]

    def done(self) -> Audio:
        """Return what was added, without what was left free."""
        audio = self._audio[:, : self.frames]
        return audio if audio.shape == self._audio.shape else np.ascontiguousarray(audio)
