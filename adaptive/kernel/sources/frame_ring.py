"""A ring of frames in memory that two processes share, as its writer sees it."""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.kernel.sources.incoming_record import RING_WORDS
from adaptive.kernel.sources.played_frames import PlayedFrames

Array = np.ndarray[Any, Any]

SHARED_FOLDER = Path("/dev/shm")
"""Folder whose files are only memory, where a system has one."""


class FrameRing:
    """The ring of an incoming stream, in memory that other processes can open by its name.

    One thread or process writes; the kernel reads.  Frames are numbered from 0, or in a timed ring as the
    engine numbers its own.

    Parameters
    ----------
    capacity : int
        Frames, a whole number of quanta.
    name : str
        Of a ring to open; empty: a new one is made.

    Attributes
    ----------
    has_writer : bool
        Whether somebody writes, so that running out of frames is a fault.
    played : PlayedFrames or None
        Where the kernel keeps what it has played, if it is recorded.
    name : str
        The name by which another process opens it: the path of a file.
    frames : ndarray, float32, shape (capacity, 2)
        Left and right.
    """

    def __init__(self, capacity: int, name: str = "") -> None:
        self.capacity, self.has_writer = capacity, False
        self.played: PlayedFrames | None = None
        size = RING_WORDS.itemsize + 8 * capacity
        self.name = name or _make_file(size)
        with Path(self.name).open("r+b") as file:
            memory = mmap.mmap(file.fileno(), size)
        self._words: Any = np.frombuffer(memory, RING_WORDS, 1)
        self.frames: Array = np.frombuffer(memory, np.float32, 2 * capacity, RING_WORDS.itemsize).reshape(
            capacity, 2
        )
        if not name:
            weakref.finalize(self, _remove, self.name)

    @property
    def words_address(self) -> int:
        """Address of its words."""
        return int(self._words.ctypes.data)

    @property
    def written(self) -> int:
        """Number of the first frame that is not there yet."""
        return int(self._words["written"][0])

    @property
    def read(self) -> int:
        """Number of the next frame that the kernel reads."""
        return int(self._words["read"][0])

    @property
    def waiting(self) -> int:
        """Frames that are there and have not been read."""
        return self.written - self.read

    @property
    def free(self) -> int:
        """Frames that can be written."""
        return self.capacity - self.waiting

    def begin_at(self, frame: int) -> None:
        """Go on at a later frame: what lies before it is left out."""
        self._words["valid_from"] = frame
        self._words["written"] = frame

    def write(self, frames: Array) -> int:
        """Write frames of two channels, as many as there is room for; return how many.

        The count is stored last.  On x86 stores are seen in their order; on ARM the copy and the count are
        separated by a call into the interpreter, which takes and frees a lock.
        """
        count = min(len(frames), self.free)
        first = self.written % self.capacity
        before = min(count, self.capacity - first)
        self.frames[first : first + before] = frames[:before]
        self.frames[: count - before] = frames[before:count]
        self._words["written"] += count
        return count


def _make_file(size: int) -> str:
    """Make a file of zeros to share; where the system has one, in the folder whose files are only memory."""
    folder = SHARED_FOLDER if SHARED_FOLDER.is_dir() and os.access(SHARED_FOLDER, os.W_OK) else None
    handle, name = tempfile.mkstemp(prefix="adaptive-", suffix=".ring", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.truncate(size)
    return name


def _remove(name: str) -> None:
    """Remove a ring's file; its memory is freed once nobody refers to it."""
    with contextlib.suppress(OSError):
        Path(name).unlink()
