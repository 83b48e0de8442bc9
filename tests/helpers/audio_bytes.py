"""Audio files as bytes, to be damaged: whole ones from libsndfile, and where their parts lie."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 44_100
Samples = NDArray[np.float32]


def noise(seconds: float = 1.0, channels: int = 2, rate: int = RATE) -> Samples:
    """Return noise of shape (frames, channels), which no codec makes small."""
    rng = np.random.default_rng(5)
    return (0.2 * rng.standard_normal((round(seconds * rate), channels))).astype(np.float32)


def encoded(kind: str, subtype: str | None = None, audio: Samples | None = None, rate: int = RATE) -> bytes:
    """Return a file of a format as libsndfile writes it."""
    file = io.BytesIO()
    soundfile.write(file, noise() if audio is None else audio, rate, format=kind, subtype=subtype)
    return file.getvalue()


def saved(folder: Path, content: bytes, name: str = "a.wav") -> Path:
    """Write bytes to a file of a folder."""
    path = folder / name
    path.write_bytes(content)
    return path


def with_bytes(content: bytes, at: int, new: bytes) -> bytes:
    """Return bytes of which some are replaced."""
    return content[:at] + new + content[at + len(new) :]


def mp3_frame_bytes(content: bytes, at: int = 0) -> int:
    """Return the length of an MPEG-1 layer III frame of 44.1 kHz."""
    (word,) = struct.unpack_from(">I", content, at)
    kbit = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[word >> 12 & 15]
    return 144_000 * kbit // RATE + (word >> 9 & 1)


def mp3(is_variable: bool = False, seconds: float = 2.0) -> bytes:
    """Return an MP3 with a Xing frame.  Its first half is soft, so that a variable rate begins low."""
    audio = noise(seconds)
    audio[: len(audio) // 2] *= 1e-4
    file = io.BytesIO()
    mode = "VARIABLE" if is_variable else "CONSTANT"
    soundfile.write(file, audio, RATE, format="MP3", bitrate_mode=mode, compression_level=0.3)
    return file.getvalue()


def without_info(content: bytes) -> bytes:
    """Return an MP3 without its first frame, which holds the Xing or Info tag."""
    return content[mp3_frame_bytes(content) :]


def mp3_frames(content: bytes) -> int:
    """Return the number of frames of an MP3 that has nothing else in it."""
    at = count = 0
    while at < len(content):
        at += mp3_frame_bytes(content, at)
        count += 1
    return count


def ogg_pages(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each page of an Ogg file."""
    at = 0
    while at < len(content):
        table = content[at + 27 : at + 27 + content[at + 26]]
        end = at + 27 + len(table) + sum(table)
        yield at, end
        at = end


def with_flac_length(content: bytes, frames: int) -> bytes:
    """Return a FLAC whose header promises another number of frames."""
    first = content[21] & 0xF0 | frames >> 32
    return with_bytes(content, 21, bytes([first]) + struct.pack(">I", frames & 0xFFFF_FFFF))
