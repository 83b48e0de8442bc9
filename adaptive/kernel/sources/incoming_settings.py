"""The settings of an incoming stream, and its ring as the writer sees it."""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.descriptor import SoundSource
from adaptive.kernel.sources.incoming import unit
from adaptive.kernel.sources.incoming_record import INCOMING, INCOMING_VOICES, RING_WORDS

Array = np.ndarray[Any, Any]

FADE_S = 0.005
"""Time in which a stream that begins or starves fades, where its latency allows that."""

SPARE_S = 0.5
"""How much more than its latency a ring holds, at least; a writer whose clock is faster is skipped at twice
the latency."""


SHARED_FOLDER = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class IncomingSpec:
    """An incoming stream of an engine.

    Parameters
    ----------
    bus : int
        Row of the bus that it plays on.
    name : str
        By which its writer finds it.
    latency_s : float
        How much waits in the ring before it begins to play.
    is_timed : bool
        Whether the writer numbers its frames as the engine does.
    """

    bus: int
    name: str
    latency_s: float
    is_timed: bool = False

    @property
    def kind(self) -> str:
        """Name of its source."""
        return "incoming"

    @property
    def voices(self) -> int:
        """1: notes are played by the writer."""
        return 1

    @property
    def fixed(self) -> tuple[object, ...]:
        """All of it: another writer or latency is another ring."""
        return (self.kind, self.name, self.latency_s, self.is_timed)


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
    name : str
        The name by which another process opens it: the path of a file.
    frames : ndarray, float32, shape (capacity, 2)
        Left and right.
    """

    def __init__(self, capacity: int, name: str = "") -> None:
        self.capacity = capacity
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


def begin(record: Any, spec: IncomingSpec, sample_rate: int) -> FrameRing:
    """Make the ring of a stream, and write its addresses into the record."""
    latency = max(round(spec.latency_s * sample_rate), 2 * QUANTUM)
    quanta = -(-(2 * latency + round(SPARE_S * sample_rate)) // QUANTUM)
    ring = FrameRing(quanta * QUANTUM)
    record["at_words"], record["at_frames"] = ring.words_address, int(ring.frames.ctypes.data)
    record["capacity"], record["latency"] = ring.capacity, latency
    record["is_timed"] = spec.is_timed
    record["most"] = ring.capacity if spec.is_timed else 2 * latency + QUANTUM
    fade_quanta = min(FADE_S * sample_rate, latency / 2) // QUANTUM
    record["fade_step"] = 1.0 / max(1, fade_quanta)
    return ring


INCOMING_STREAM = SoundSource(
    "incoming",
    "Sound that comes from outside: from the sound card, from a program, or from a pyo patch.",
    unit,
    INCOMING,
    INCOMING_VOICES,
    begin=begin,
    is_instrument=False,
    usual_voices=1,
)
