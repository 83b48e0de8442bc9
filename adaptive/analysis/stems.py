"""Reads a stem for the analysis: mono, at one sample rate, with its exact length.

A file is judged by the same function as when it plays (`adaptive.engine.decode`): empty, cut off, damaged and
very long files are refused with a sentence that names the file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr

from adaptive.analysis.chunks import ChunkHints, read_hints
from adaptive.analysis.loop_comments import TO_THE_END
from adaptive.analysis.measured import LIMIT_BYTES, RATE
from adaptive.analysis.samples import ANALYSIS_RATE_HZ, F32
from adaptive.engine.decode import MemoryBudget, decode
from adaptive.engine.decoding.inspect import SUFFIXES
from adaptive.engine.decoding.limits import memory_named

EXTENSIONS = SUFFIXES

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
    remarks : tuple of str
        What is unusual in the file and does no harm.
    """

    path: Path
    mono: F32
    sample_rate: int
    frames: int
    hints: ChunkHints
    remarks: tuple[str, ...] = ()

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
        An audio file of one of `EXTENSIONS`.

    Raises
    ------
    AudioFileError
        If it cannot be decoded (`adaptive.engine.decode`), or takes more memory than `check` allows.
    """
    decoded = decode(path, MemoryBudget(LIMIT_BYTES, RATE))
    hints = read_hints(path, decoded.frames)
    if hints.loop_frames is not None and hints.loop_frames[1] == TO_THE_END:
        start = hints.loop_frames[0]
        hints = replace(hints, loop_frames=(start, decoded.frames) if start < decoded.frames else None)
    with memory_named(path.name):
        mono = decoded.audio.mean(axis=0, dtype=np.float32)
        resampled = soxr.resample(mono, decoded.sample_rate, ANALYSIS_RATE_HZ)
    samples = np.asarray(resampled, dtype=np.float32)
    remarks = (*decoded.remarks, *hints.ignored)
    return Stem(path, samples, decoded.sample_rate, decoded.frames, hints, remarks)


def _rms(samples: F32) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
