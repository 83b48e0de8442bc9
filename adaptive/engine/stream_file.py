"""Files of finished sound, from which streams are read: decoded, completed to loops, at the engine's rate.

A file holds chunks, each with its channels one after another, so that a chunk is one read.  It is named by a
digest of what it was made of, and written under another name first, so a reader finds a whole file or none.
What is 16 bit at the engine's rate stays 16 bit.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import weakref
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from adaptive.engine import decode, introductions, join, loops, prediction, resample, transpose
from adaptive.engine.decoding import fold
from adaptive.engine.loops import LoopReport
from adaptive.errors import AudioFileError
from adaptive.kernel.compile.cache import cache_folder
from adaptive.kernel.layout import CHUNK_FRAMES

Audio = np.ndarray[Any, np.dtype[np.float32]]
Array = np.ndarray[Any, Any]

FOLDER, SUFFIX = "streams", ".stream"
HEADER_BYTES = 4096
MOST_OTHER_BYTES = 8_000_000_000
"""Files of streams that were not used last are deleted beyond this size."""

SHORT_SCALE = np.float32(1.0 / 32768.0)
_MAGIC = "adaptive stream 1"


@dataclass(frozen=True, slots=True)
class StreamShape:
    """What a file of a stream says about itself.

    Parameters
    ----------
    frames, channels : int
        Length, and 1 or 2.
    is_short : bool
        Whether its samples are int16, and not float32.
    origin, loop_frames : int
        As in `bank.Sound`.
    report : dict or None
        Fields of the `LoopReport`.
    scale : float
        As in `bank.Sound`.
    """

    frames: int
    channels: int
    is_short: bool
    origin: int
    loop_frames: int
    report: dict[str, Any] | None = None
    scale: float = 1.0

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a sample."""
        return np.dtype(np.int16 if self.is_short else np.float32)

    @property
    def chunks(self) -> int:
        """Number of chunks; the last one is filled up with zeros."""
        return -(-self.frames // CHUNK_FRAMES)

    @property
    def channel_bytes(self) -> int:
        """Bytes of a channel of a chunk."""
        return CHUNK_FRAMES * self.dtype.itemsize

    @property
    def chunk_bytes(self) -> int:
        """Bytes of a chunk."""
        return self.channels * self.channel_bytes

    @property
    def loop_report(self) -> LoopReport | None:
        """How the loop was completed."""
        return None if self.report is None else LoopReport(**self.report)


def folder() -> Path:
    """Where the files are."""
    return cache_folder() / FOLDER


@lru_cache(maxsize=1)
def _code() -> bytes:
    """Digest of the code that the content of a file depends on."""
    digest = hashlib.sha256(f"{_MAGIC} {CHUNK_FRAMES} {np.__version__} {soxr.__version__}".encode())
    for module in (decode, fold, introductions, join, loops, prediction, resample, transpose):
        digest.update(Path(module.__file__ or "").read_bytes())
    return digest.digest()


def name_of(*parts: object) -> str:
    """The name of what is made of `parts`: texts and numbers that decide what it sounds."""
    return hashlib.sha256(_code() + repr(parts).encode()).hexdigest()[:40]


def content_digest(path: Path) -> str:
    """Digest of the content of a file; one that has not changed is read once.

    Raises
    ------
    AudioFileError
        It cannot be read.
    """
    try:
        status = path.stat()
        return _digest(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise AudioFileError(f"{path.name}: cannot be read: {error.strerror or error}") from error


@lru_cache(maxsize=1024)
def _digest(path: Path, _modified_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()


def as_short(audio: Audio) -> np.ndarray[Any, np.dtype[np.int16]] | None:
    """Return audio as int16 if it is that exactly; else None.

    Examples
    --------
    >>> as_short(np.float32([[0.5, -1.0]]))
    array([[ 16384, -32768]], dtype=int16)
    >>> as_short(np.float32([[0.1]])) is None
    True
    """
    made = np.empty(audio.shape, np.int16)
    for first in range(0, audio.shape[1], 1 << 18):
        block = audio[:, first : first + (1 << 18)]
        scaled = block * np.float32(32768.0)
        if not ((scaled >= -32768.0) & (scaled <= 32767.0)).all():
            return None
        made[:, first : first + block.shape[1]] = scaled
        if not np.array_equal(made[:, first : first + block.shape[1]], scaled):
            return None
    return made


def as_float(samples: Array) -> Audio:
    """Return int16 or float32 samples as float32: the same numbers."""
    if samples.dtype == np.float32:
        return samples
    return np.asarray(samples, np.float32) * SHORT_SCALE


class StreamFile:
    """An open file of a stream.  Thread: any, one at a time.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What it was made of, for sentences: the name of a sound file.

    Raises
    ------
    OSError
        There is none.
    ValueError
        It is damaged.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._file = path.open("rb", buffering=0)
        self._guard = threading.Lock()
        weakref.finalize(self, self._file.close)
        try:
            text = self._file.read(HEADER_BYTES).rstrip(b"\0").decode()
            magic, _, body = text.partition("\n")
            self.shape = StreamShape(**json.loads(body))
            there = os.fstat(self._file.fileno()).st_size
            if magic != _MAGIC or there != HEADER_BYTES + self.shape.chunks * self.shape.chunk_bytes:
                raise ValueError("not a file of a stream, or cut off")
        except BaseException:
            self._file.close()
            raise

    def read_chunk(self, number: int, into: list[memoryview]) -> None:
        """Read a chunk, one channel into each of `into`.  Releases the interpreter lock while it waits.

        Raises
        ------
        OSError
            It cannot be read, or the file has become shorter.
        """
        at, wanted = HEADER_BYTES + number * self.shape.chunk_bytes, self.shape.chunk_bytes
        if hasattr(os, "preadv"):
            there = os.preadv(self._file.fileno(), into, at)
        else:
            with self._guard:
                self._file.seek(at)
                there = sum(self._file.readinto(view) or 0 for view in into)
        if there != wanted:
            raise OSError("the file has become shorter")

    def audio(self) -> Audio:
        """All frames, shape (channels, frames), float32.

        Raises
        ------
        AudioFileError
            They cannot be read.
        """
        shape = self.shape
        made = np.empty((shape.channels, shape.chunks, CHUNK_FRAMES), shape.dtype)
        try:
            for number in range(shape.chunks):
                self.read_chunk(number, [memoryview(row[number]).cast("B") for row in made])
        except OSError as error:
            raise AudioFileError(f"{self.name}: cannot be streamed: {error.strerror or error}") from error
        return as_float(made.reshape(shape.channels, -1)[:, : shape.frames])

    def close(self) -> None:
        """Close it."""
        self._file.close()


def find(key: str, name: str) -> StreamFile | None:
    """Open the file of a key, if there is one that is whole."""
    path = folder() / f"{key}{SUFFIX}"
    with contextlib.suppress(OSError, ValueError, TypeError):
        found = StreamFile(path, name)
        os.utime(path)
        return found
    return None


def write(
    key: str, name: str, audio: Audio, origin: int, loop_frames: int, report: LoopReport | None,
    scale: float = 1.0,
) -> StreamFile:  # fmt: skip
    """Write a file and open it.

    Raises
    ------
    OSError
        It cannot be written: the disk is full, or the folder is read-only.
    """
    short = as_short(audio)
    told = None if report is None else asdict(report)
    shape = StreamShape(
        audio.shape[1], audio.shape[0], short is not None, origin, loop_frames, told, scale
    )  # fmt: skip
    samples = audio if short is None else short
    path = folder() / f"{key}{SUFFIX}"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with draft.open("wb") as file:
            file.write(f"{_MAGIC}\n{json.dumps(asdict(shape))}".encode().ljust(HEADER_BYTES, b"\0"))
            block = np.empty((shape.channels, CHUNK_FRAMES), shape.dtype)
            for number in range(shape.chunks):
                part = samples[:, number * CHUNK_FRAMES : (number + 1) * CHUNK_FRAMES]
                block[:, : part.shape[1]], block[:, part.shape[1] :] = part, 0
                file.write(block.data)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return StreamFile(path, name)


def forget_oldest(kept: set[Path], most_bytes: int = MOST_OTHER_BYTES) -> None:
    """Delete the files that were used longest ago, so that those not in `kept` take at most `most_bytes`."""
    with contextlib.suppress(OSError):
        found = [(one.stat().st_mtime, one.stat().st_size, one) for one in folder().glob(f"*{SUFFIX}")]
        size = 0
        for _, bytes_there, path in sorted(found, reverse=True):
            size += 0 if path in kept else bytes_there
            if size > most_bytes and path not in kept:
                with contextlib.suppress(OSError):
                    path.unlink()


def known_length(digest: str) -> tuple[int, int] | None:
    """Frames and sample rate of a sound file that was decoded before, by its `content_digest`."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads((folder() / f"{name_of(digest)}.length").read_text(encoding="utf-8"))
        return int(told["frames"]), int(told["sample_rate"])
    return None


def keep_length(digest: str, frames: int, sample_rate: int) -> None:
    """Keep frames and sample rate of a sound file."""
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        path = folder() / f"{name_of(digest)}.length"
        draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        draft.write_text(json.dumps({"frames": frames, "sample_rate": sample_rate}), encoding="utf-8")
        draft.replace(path)
