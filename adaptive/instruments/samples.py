"""Reads recordings for samplers: frames of each channel, and the loop and key that a WAV file tells."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from adaptive.errors import InputError, one_line
from adaptive.instruments.wave_chunks import chunk_of
from adaptive.kernel.sources.sampler_regions import Recording

LONGEST_FRAMES = 30_000_000
"""Frames of a sample: ten minutes at 48 kHz.  Samples are kept in memory as 32-bit numbers."""


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
        return int(self.channels[0].frames.size)


def read_sample(path: Path) -> SampleFile:
    """Read a recording; a file that has not changed since is not read again.

    Raises
    ------
    InputError
        It cannot be decoded, or is longer than `LONGEST_FRAMES`; one sentence.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise InputError(message) from None


@lru_cache(maxsize=4096)
def _read(path: Path, _modified_ns: int) -> SampleFile:
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames > LONGEST_FRAMES:
                message = (
                    f"{path.name} lasts {file.frames / file.samplerate / 60:.0f} minutes; samples of at most "
                    f"{LONGEST_FRAMES / 48000 / 60:.0f} are kept in memory"
                )
                raise InputError(message)
            audio = file.read(dtype="float32", always_2d=True)[:, :2]
            rate = float(min(max(file.samplerate, 400), 384_000))
    except (soundfile.SoundFileError, RuntimeError) as error:
        message = f"{path.name} cannot be decoded ({one_line(str(error))})"
        raise InputError(message) from None
    if audio.shape[0] < 2:
        message = f"{path.name} holds no audio"
        raise InputError(message)
    audio = np.nan_to_num(audio, nan=0.0, posinf=0.0, neginf=0.0)
    channels = tuple(Recording(np.ascontiguousarray(channel), rate) for channel in audio.T)
    loop, key = _sampler_chunk(path)
    return SampleFile(channels, loop, key)


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
