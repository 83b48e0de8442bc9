"""Measures an audio file for `check`: decoded as it plays, within the same limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from adaptive.analysis.chunks import read_hints
from adaptive.analysis.loudness import integrated_lufs
from adaptive.engine.decode import Audio, MemoryBudget, decode
from adaptive.engine.decoding.limits import memory_named
from adaptive.engine.resample import resample

RATE = 48000
"""Rate at which files are measured, in Hz."""

LIMIT_BYTES = 1_000_000_000
"""What all stems together may take, unless the user says otherwise; as in a bank."""

END_S, EDGE_S = 0.05, 0.002
"""How much of a file's end is measured, in seconds: for a loud end, and for a tail of some milliseconds."""

_BLOCK_FRAMES = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurements of a file.

    Attributes
    ----------
    seconds : float
        Duration.
    lufs : float
        Integrated loudness in LUFS.
    peak : float
        Largest absolute sample; 1 is full scale.
    end_db : float
        RMS of the last 50 ms relative to the RMS of the whole file, in dB.
    edge_db : float
        The same of the last 2 ms.
    size_bytes : int
        Memory that it takes while it plays.
    remarks : tuple of str
        What is unusual in the file and does no harm.
    """

    seconds: float
    lufs: float
    peak: float
    end_db: float = -math.inf
    edge_db: float = -math.inf
    size_bytes: int = 0
    remarks: tuple[str, ...] = ()


def measure(audio: Audio, sample_rate: int = RATE) -> Measured:
    """Measure decoded audio of shape (channels, frames)."""
    peak = max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))
    whole = _rms(audio)
    ends = [_rms(audio[:, -round(seconds * sample_rate) :]) for seconds in (END_S, EDGE_S)]
    end_db, edge_db = (20.0 * math.log10(last / whole) if last > 0.0 else -math.inf for last in ends)
    seconds, lufs = audio.shape[1] / sample_rate, integrated_lufs(audio, sample_rate)
    return Measured(seconds, lufs, peak, end_db, edge_db, audio.nbytes)


def _rms(audio: Audio) -> float:
    """Return the root mean square, without a copy of the whole audio."""
    total = 0.0
    for start in range(0, audio.shape[1], _BLOCK_FRAMES):
        block = audio[:, start : start + _BLOCK_FRAMES]
        total += float(np.sum(np.square(block, dtype=np.float64)))
    return math.sqrt(total / max(1, audio.size))


def measure_file(path: Path, limit_bytes: int = LIMIT_BYTES) -> Measured:
    """Decode and measure a file; a file that takes more than the limit is refused before it is decoded.

    Raises
    ------
    AudioFileError
        It cannot be played.
    """
    decoded = decode(path, MemoryBudget(limit_bytes, RATE))
    hints = read_hints(path, decoded.frames)
    with memory_named(path.name):
        measured = measure(resample(decoded, RATE))
    return replace(measured, remarks=(*decoded.remarks, *hints.ignored))


def beyond_limit(files: Mapping[str, Measured], limit_bytes: int = LIMIT_BYTES) -> Iterator[tuple[str, str]]:
    """Yield the first file with which all of them take more than the limit, with a sentence."""
    used, total = 0, sum(file.size_bytes for file in files.values())
    for name, file in files.items():
        used += file.size_bytes
        if used > limit_bytes:
            yield (
                name,
                f"all stems together need {total / 1e6:.0f} MB, more than the {limit_bytes / 1e6:.0f} MB "
                "they may take (--memory allows more)",
            )
            return
