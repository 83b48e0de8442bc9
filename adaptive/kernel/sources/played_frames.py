"""What the kernel has played of an incoming stream, numbered as the timeline, for a thread that keeps it."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.incoming_record import RING_WORDS

Array = np.ndarray[Any, Any]


class PlayedFrames:
    """A ring that the kernel writes, a quantum in every quantum, before sections and strips fade the layer.

    Nothing holds the kernel up: frames that were not taken in time are overwritten.

    Parameters
    ----------
    capacity : int
        Frames, a whole number of quanta.

    Attributes
    ----------
    frames : ndarray, float32, shape (capacity, 2)
        Left and right; frame n of the timeline lies at n modulo `capacity`.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._words: Any = np.zeros(1, RING_WORDS)
        self.frames: Array = np.empty((capacity, 2), np.float32)
        self.frames.fill(0.0)  # touched here, so that the kernel meets no page that is not there yet

    def attach(self, record: Any) -> None:
        """Let the kernel write here from its next quantum on; this object must live as long as the record."""
        record["played_capacity"] = self.capacity
        record["at_played_frames"] = int(self.frames.ctypes.data)
        record["at_played_words"] = int(self._words.ctypes.data)

    def since(self, position: int) -> tuple[int, Array]:
        """The number of the first frame that is still there from `position` on, and the frames up to now.

        Called by one thread beside the kernel.  What the kernel may have overwritten meanwhile is left out.
        """
        written, valid_from = self._edges()
        first = max(position, valid_from, written - self.capacity + QUANTUM)
        if first >= written:
            return first, self.frames[:0]
        places = np.arange(first, written) % self.capacity
        taken = self.frames[places]
        late = max(0, self._edges()[0] - self.capacity + QUANTUM - first)
        return first + late, taken[late:]

    def _edges(self) -> tuple[int, int]:
        return int(self._words["written"][0]), int(self._words["valid_from"][0])
