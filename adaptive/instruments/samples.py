"""Reads recordings for samplers: frames of each channel, and the loop and key that a WAV file tells."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.engine.sample_stream import FileStream
from adaptive.errors import InputError, one_line
from adaptive.instruments.versioned_file import VersionedFile
from adaptive.instruments.wave_chunks import chunk_of
from adaptive.kernel.sources.sample_source import Loop
from adaptive.kernel.sources.sampler_regions import NOTHING, Recording

Array = np.ndarray[Any, Any]

LONGEST_FRAMES = 30_000_000
"""Frames of a sample: ten minutes at 48 kHz."""


SEEKABLE = {"WAV", "WAVEX", "W64", "RF64", "AIFF", "AU", "FLAC"}
"""Formats of which a part is the same whether all before it was decoded or not."""

PACKED = {"GSM610", "IMA_ADPCM", "MS_ADPCM", "VOX_ADPCM"}
"""Codings in them of which it is not."""


class SoundFileSource:
    """A file that recordings are read from.  Thread: any, one at a time.

    Parameters
    ----------
    path : Path
        The file.
    stamp : tuple of int
        Modification time (ns) and size of the version that is meant.

    Raises
    ------
    InputError
        It cannot be decoded, or is longer than `LONGEST_FRAMES`; one sentence.
    """

    def __init__(self, path: Path, stamp: tuple[int, int]) -> None:
        self._file = VersionedFile(path, stamp, soundfile.SoundFile)
        try:
            file = soundfile.SoundFile(path)
        except (soundfile.SoundFileError, RuntimeError) as error:
            message = f"{path.name} cannot be decoded ({one_line(str(error))})"
            raise InputError(message) from None
        with file:
            if file.frames > LONGEST_FRAMES:
                message = (
                    f"{path.name} lasts {file.frames / file.samplerate / 60:.0f} minutes; samples may last "
                    f"{LONGEST_FRAMES / 48000 / 60:.0f}"
                )
                raise InputError(message)
            if file.frames < 2:
                message = f"{path.name} holds no audio"
                raise InputError(message)
            self.frames = int(file.frames)
            self.channels = min(file.channels, 2)
            self.sample_rate = float(min(max(file.samplerate, 400), 384_000))
            self.may_stream = file.format in SEEKABLE and file.subtype not in PACKED

    @property
    def name(self) -> str:
        """Name of the file."""
        return self._file.path.name

    def read(self, first: int, count: int) -> Array:
        """Read frames: float32, shape (channels, count).

        Raises
        ------
        OSError
            They cannot be read, or the file has changed.
        """
        with self._file.guard:
            try:
                file = self._file.opened()
                if file.tell() != first:
                    file.seek(first)
                audio = file.read(count, dtype="float32", always_2d=True)
            except (soundfile.SoundFileError, RuntimeError) as error:
                self._file.drop()
                raise OSError(one_line(str(error))) from error
            if len(audio) != count:
                self._file.drop()
                message = "the file has become shorter"
                raise OSError(message)
        made: Array = np.nan_to_num(audio.T[: self.channels], nan=0.0, posinf=0.0, neginf=0.0)
        return made

    def close(self) -> None:
        """Close the file until it is read again."""
        self._file.close()

    def stream(self, loop: Loop | None) -> FileStream:
        """Return a stream of it, with copies of a loop's beginning behind its end."""
        return FileStream(self, loop)


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A recording.

    Parameters
    ----------
    channels : tuple of Recording
        One or two; of more channels, the first two.
    loop : tuple of int or None
        First and last frame of the loop that the file tells.
    key : int or None
        The key that the file tells.
    """

    channels: tuple[Recording, ...]
    loop: tuple[int, int] | None = None
    key: int | None = None

    @property
    def frames(self) -> int:
        """Its length."""
        return self.channels[0].size


def read_sample(path: Path) -> SampleFile:
    """Open a recording; its frames are read when they are needed.

    A file that has not changed since is not opened again.

    Raises
    ------
    InputError
        It cannot be decoded, or is longer than `LONGEST_FRAMES`; one sentence.
    """
    try:
        status = path.stat()
        return _read(path, (status.st_mtime_ns, status.st_size))
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise InputError(message) from None


@lru_cache(maxsize=4096)
def _read(path: Path, stamp: tuple[int, int]) -> SampleFile:
    source = SoundFileSource(path, stamp)
    channels = tuple(
        Recording(NOTHING, source.sample_rate, source, channel) for channel in range(source.channels)
    )
    return SampleFile(channels, *_sampler_chunk(path))


def _sampler_chunk(path: Path) -> tuple[tuple[int, int] | None, int | None]:
    """Loop and key of the chunk ``smpl`` of a WAV file ("Multimedia Programming Interface", 1991)."""
    content = chunk_of(path, b"smpl", 60)
    if len(content) < 36:
        return None, None
    key, loops = struct.unpack_from("<12xI12xI", content)
    loop = None
    if loops > 0 and len(content) >= 60:
        first, last = struct.unpack_from("<II", content, 44)
        loop = (first, last) if first < last else None
    return loop, key if key <= 127 else None
