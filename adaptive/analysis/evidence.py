"""Collects what is known about a section before its loop is estimated: onsets, file names and chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from adaptive.analysis.chunks import ChunkHints
from adaptive.analysis.loop import Extent
from adaptive.analysis.names import NamedStem
from adaptive.analysis.onsets import Onsets, find_onsets, merge
from adaptive.analysis.samples import ANALYSIS_RATE_HZ, F32
from adaptive.analysis.stems import Stem, read_stem

OUTLINE_RATE_HZ, _OUTLINE_S = 2_000, 60.0


@dataclass(frozen=True)
class HeardStem:
    """What was measured in one file; the samples themselves are not kept.

    Attributes
    ----------
    path : Path
        The file.
    onsets : Onsets
        Where sounds begin.
    extent : Extent
        Its length, and what is marked in it.
    hints : ChunkHints
        What its chunks state.
    outline : ndarray of float32, shape (samples,)
        Its first minute at `OUTLINE_RATE_HZ`, to compare files with each other.
    remarks : tuple of str
        What is unusual in the file and does no harm.
    """

    path: Path
    onsets: Onsets
    extent: Extent
    hints: ChunkHints
    outline: F32
    remarks: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the file is silent from beginning to end."""
        return self.extent.sounding_s == 0.0


@dataclass(frozen=True)
class Claim:
    """A tempo that a file name or a chunk states, in quarter notes per minute; `source` names which."""

    bpm: float
    source: str


@dataclass(frozen=True)
class Evidence:
    """What is known about the files of one section.

    Attributes
    ----------
    named : tuple of NamedStem
        The files with what their names state.
    onsets : Onsets
        The onsets of all files together.
    extents : tuple of Extent
        The length of each file.
    claims : tuple of Claim
        The tempi that names and chunks state, names first.
    bars_hint : int
        The number of bars that a name states; 0 if none does.
    beats_per_bar : int
        The meter that a chunk states; 0 if none does.
    silent : tuple of str
        The names of files that are silent.
    """

    named: tuple[NamedStem, ...]
    onsets: Onsets
    extents: tuple[Extent, ...]
    claims: tuple[Claim, ...]
    bars_hint: int
    beats_per_bar: int
    silent: tuple[str, ...]

    @property
    def lengths_s(self) -> list[float]:
        """Length of each file in seconds."""
        return [extent.length_s for extent in self.extents]


def hear(path: Path) -> HeardStem:
    """Read and measure a file.

    Raises
    ------
    AudioFileError
        If it cannot be read.
    """
    stem = read_stem(path)
    first = stem.mono[: round(_OUTLINE_S * ANALYSIS_RATE_HZ)]
    outline = np.asarray(soxr.resample(first, ANALYSIS_RATE_HZ, OUTLINE_RATE_HZ), dtype=np.float32)
    return HeardStem(path, find_onsets(stem.mono), _extent(stem), stem.hints, outline, stem.remarks)


def combine(named: Sequence[NamedStem], heard: Sequence[HeardStem]) -> Evidence:
    """Return the evidence of one section: its files, and in the same order what was heard in them."""
    pairs = list(zip(named, heard, strict=True))
    claims = [claim for name, stem in pairs for claim in _claims(name, stem)]
    claims.sort(key=lambda claim: not claim.source.startswith("the name"))
    return Evidence(
        tuple(named),
        merge([stem.onsets for stem in heard]),
        tuple(stem.extent for stem in heard),
        tuple(claims),
        max((name.bars for name in named), default=0),
        next(filter(None, (stem.hints.beats_per_bar for stem in heard)), 0),
        tuple(stem.path.name for stem in heard if stem.is_silent),
    )


def _extent(stem: Stem) -> Extent:
    """Convert a file's length, loop and marks from frames to seconds; positions outside it are dropped."""
    loop = stem.hints.loop_frames
    rate = stem.sample_rate
    loop_s = (loop[0] / rate, loop[1] / rate) if loop and loop[1] <= stem.frames else None
    marks_s = tuple(frame / rate for frame in stem.hints.cue_frames if frame < stem.frames)
    return Extent(stem.length_s, stem.sounding_s, stem.is_cut, loop_s, marks_s)


def _claims(name: NamedStem, stem: HeardStem) -> list[Claim]:
    """List the tempi that a file's name and chunks state, or that follow from the stated bars or beats."""
    shown = name.path.name
    claims = []
    if name.bpm:
        claims.append(Claim(name.bpm, f"the name of {shown}"))
    elif name.bars:
        meter = stem.hints.beats_per_bar or 4
        bpm = 60.0 * meter * name.bars / stem.extent.length_s
        claims.append(Claim(bpm, f"the name of {shown} ({name.bars} bars)"))
    if stem.hints.bpm:
        claims.append(Claim(stem.hints.bpm, f"the acid chunk of {shown}"))
    elif stem.hints.beats:
        bpm = 60.0 * stem.hints.beats / stem.extent.length_s
        claims.append(Claim(bpm, f"the acid chunk of {shown} ({stem.hints.beats} beats)"))
    return [claim for claim in claims if 20.0 <= claim.bpm <= 400.0]
