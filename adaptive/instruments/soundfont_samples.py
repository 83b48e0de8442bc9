"""Samples of a SoundFont, read from the file when they are needed: 16-bit numbers, or Ogg Vorbis within."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile

from adaptive.engine.sample_stream import FileStream
from adaptive.errors import one_line
from adaptive.instruments.versioned_file import VersionedFile
from adaptive.kernel.sources.sample_source import Loop

Array = np.ndarray[Any, Any]

SCALE = np.float32(32768.0)


class SoundFontFile:
    """The bytes of a SoundFont.  Thread: any.

    Parameters
    ----------
    path : Path
        The file.
    stamp : tuple of int
        Modification time (ns) and size of the version whose tables were read.
    """

    def __init__(self, path: Path, stamp: tuple[int, int]) -> None:
        self._file: VersionedFile[BinaryIO] = VersionedFile(path, stamp, lambda path: path.open("rb"))

    def bytes_at(self, first: int, count: int) -> bytes:
        """Read bytes.

        Raises
        ------
        OSError
            They cannot be read, or the file has changed.
        """
        with self._file.guard:
            file = self._file.opened()
            file.seek(first)
            found = file.read(count)
        if len(found) != count:
            message = "the file has become shorter"
            raise OSError(message)
        return found

    def close(self) -> None:
        """Close the file until it is read again."""
        self._file.close()


class PlainSample:
    """A sample of 16-bit numbers.

    Parameters
    ----------
    file : SoundFontFile
        Where it is.
    name : str
        What it is called, for sentences.
    first_byte, frames : int
        Its place in the file, and its length.
    """

    channels = 1
    may_stream = True

    def __init__(self, file: SoundFontFile, name: str, first_byte: int, frames: int) -> None:
        self.name, self.frames = name, frames
        self._file, self._first = file, first_byte

    def read(self, first: int, count: int) -> Array:
        """Read frames: float32, shape (1, count).

        Raises
        ------
        OSError
            They cannot be read, or the file has changed.
        """
        words = np.frombuffer(self._file.bytes_at(self._first + 2 * first, 2 * count), "<i2")
        return words.astype(np.float32)[None] / SCALE

    def close(self) -> None:
        """Close the file until it is read again."""
        self._file.close()

    def stream(self, loop: Loop | None) -> FileStream:
        """Return a stream of it, with copies of a loop's beginning behind its end."""
        return FileStream(self, loop)


class PackedSample(PlainSample):
    """A sample that is compressed (SoundFont 3); it is decoded whole.

    Parameters
    ----------
    file : SoundFontFile
        Where it is.
    name : str
        What it is called, for sentences.
    first_byte, size : int
        Its place in the file, and its bytes.

    Raises
    ------
    OSError
        It cannot be decoded.
    """

    may_stream = False

    def __init__(self, file: SoundFontFile, name: str, first_byte: int, size: int) -> None:
        super().__init__(file, name, first_byte, 0)
        self._size = size
        with self._opened() as found:
            self.frames = int(found.frames)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[soundfile.SoundFile]:
        try:
            with soundfile.SoundFile(io.BytesIO(self._file.bytes_at(self._first, self._size))) as found:
                yield found
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise OSError(f"cannot be decoded ({one_line(str(error))})") from error

    def read(self, first: int, count: int) -> Array:
        """Read frames: float32, shape (1, count).

        Raises
        ------
        OSError
            They cannot be read, or the file has changed.
        """
        with self._opened() as found:
            audio = found.read(dtype="float32", always_2d=True)[:, 0]
        made = np.zeros((1, self.frames), np.float32)
        made[0, : audio.size] = audio[: self.frames]
        return made[:, first : first + count]
