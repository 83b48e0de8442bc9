"""Reads a stem for the analysis: mono, at one sample rate, with its exact length.

A file is not trusted before it has been read completely: empty, truncated, damaged and very long files are
refused with a sentence that names the file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import soxr

from adaptive.analysis.chunks import ChunkHints, read_hints
from adaptive.analysis.loop_comments import TO_THE_END
from adaptive.analysis.samples import ANALYSIS_RATE_HZ, F32
from adaptive.errors import AudioFileError

EXTENSIONS = (".wav", ".flac", ".ogg", ".mp3")

# Twenty minutes of mono float32 are 212 MB; a stem that loops is seldom longer than five.
LONGEST_S = 1200.0
_SMALLEST_RATE_HZ, _LARGEST_RATE_HZ = 8_000, 384_000
_BLOCK_FRAMES = 65_536
# The largest page an Ogg file can have: header, 255 lacing values, 255 segments of 255 bytes.
_OGG_PAGE = 27 + 255 + 255 * 255
# Float files may exceed full scale; samples 120 dB above it (or NaN) mean that the file is damaged.
_LOUDEST = 1e6
_SILENCE = 1e-3


@dataclass(frozen=True)
class Stem:
    """A stem that has been read.

    Attributes
    ----------
    path : Path
        The file.
    mono : ndarray of float32, shape (samples,)
        The mean of all channels, at `ANALYSIS_RATE_HZ`.
    sample_rate : int
        The file's own sample rate, in hertz.
    frames : int
        The file's length at its own sample rate.
    hints : ChunkHints
        What the chunks of the file state.
    """

    path: Path
    mono: F32
    sample_rate: int
    frames: int
    hints: ChunkHints

    @property
    def length_s(self) -> float:
        """The length of the file in seconds."""
        return self.frames / self.sample_rate

    @property
    def sounding_s(self) -> float:
        """Seconds until the last sample above -60 dB of the peak; 0 for a silent file."""
        loud = np.nonzero(np.abs(self.mono) > _SILENCE * np.abs(self.mono).max(initial=0.0))[0]
        return (int(loud[-1]) + 1) / ANALYSIS_RATE_HZ if len(loud) else 0.0

    @property
    def is_cut(self) -> bool:
        """Whether the file still sounds at its end, as a loop does.

        True if the RMS of the last 50 ms is within 20 dB of the RMS of the whole file.
        """
        if not len(self.mono):
            return False
        end = self.mono[-round(0.05 * ANALYSIS_RATE_HZ) :]
        return bool(_rms(end) > 0.1 * _rms(self.mono) > 0.0)


def read_stem(path: Path) -> Stem:
    """Read a whole stem.

    Parameters
    ----------
    path : Path
        A WAV, FLAC, OGG or MP3 file.

    Raises
    ------
    AudioFileError
        If it is empty, truncated, damaged, not audio, or longer than 20 minutes.
    """
    _check_whole(path)
    hints = read_hints(path)
    try:
        with soundfile.SoundFile(path) as file:
            sample_rate, declared = file.samplerate, file.frames
            _check_shape(path, sample_rate, declared)
            mono = _read_mono(file)
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise AudioFileError(f"{path.name} cannot be read as audio; it is damaged.") from error
    if len(mono) == 0:
        raise AudioFileError(f"{path.name} holds no sound: its length is zero.")
    if len(mono) < declared:
        raise AudioFileError(
            f"{path.name} is truncated: {declared} frames are announced, {len(mono)} are there."
        )
    if hints.loop_frames is not None and hints.loop_frames[1] == TO_THE_END:
        start = hints.loop_frames[0]
        hints = replace(hints, loop_frames=(start, len(mono)) if start < len(mono) else None)
    resampled = soxr.resample(mono, sample_rate, ANALYSIS_RATE_HZ)
    return Stem(path, np.asarray(resampled, dtype=np.float32), sample_rate, len(mono), hints)


def _read_mono(file: soundfile.SoundFile) -> F32:
    """Read and mix the channels in blocks; stops at most one block after `LONGEST_S`."""
    blocks = []
    left = round(LONGEST_S * file.samplerate) + _BLOCK_FRAMES
    while left > 0:
        block = file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)
        if not len(block):
            break
        # A comparison with NaN is false, so NaN is refused too.
        if not (np.abs(block) <= _LOUDEST).all():
            raise ValueError
        blocks.append(block.mean(axis=1, dtype=np.float32))
        left -= len(block)
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)


def _check_shape(path: Path, sample_rate: int, frames: int) -> None:
    if not _SMALLEST_RATE_HZ <= sample_rate <= _LARGEST_RATE_HZ:
        raise AudioFileError(
            f"{path.name} has a sample rate of {sample_rate} Hz; "
            f"{_SMALLEST_RATE_HZ} to {_LARGEST_RATE_HZ} Hz can be read."
        )
    if frames > LONGEST_S * sample_rate:
        raise AudioFileError(
            f"{path.name} is {frames / sample_rate / 60.0:.0f} minutes long; "
            f"a stem may have {LONGEST_S / 60.0:.0f}."
        )


def _check_whole(path: Path) -> None:
    """Refuse empty files, and Ogg files whose last page is truncated, which the decoder does not report."""
    if not path.is_file():
        raise AudioFileError(f"{path.name} is not there, or is not a file.")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(max(0, size - _OGG_PAGE))
            end = file.read(_OGG_PAGE) if head == b"OggS" else b""
    except OSError as error:
        raise AudioFileError(f"{path.name} cannot be read: {error.strerror}.") from error
    if size == 0:
        raise AudioFileError(f"{path.name} is empty: it has no bytes.")
    if head == b"OggS" and not _ends_with_page(end):
        raise AudioFileError(f"{path.name} is truncated: its last Ogg page is not whole.")


def _ends_with_page(end: bytes) -> bool:
    page = end[max(end.rfind(b"OggS"), 0) :]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return False
    return len(page) >= 27 + page[26] + sum(page[27 : 27 + page[26]])


def _rms(samples: F32) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
