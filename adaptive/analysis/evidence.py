"""Collects what is known about a section before its loop is estimated: onsets, file names and chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adaptive.analysis.loop import Extent
from adaptive.analysis.names import NamedStem
from adaptive.analysis.onsets import Onsets, find_onsets, merge
from adaptive.analysis.stems import Stem, read_stem


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
    remarks : tuple of str
        What is unusual in a file and does no harm: the file's name and the sentence.
    """

    named: tuple[NamedStem, ...]
    onsets: Onsets
    extents: tuple[Extent, ...]
    claims: tuple[Claim, ...]
    bars_hint: int
    beats_per_bar: int
    silent: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def lengths_s(self) -> list[float]:
        """Length of each file in seconds."""
        return [extent.length_s for extent in self.extents]


def gather(named: Sequence[NamedStem]) -> Evidence:
    """Read and analyse the files of one section, one at a time.

    Raises
    ------
    AudioFileError
        If one of them cannot be read.
    """
    tracks: list[Onsets] = []
    extents: list[Extent] = []
    claims: list[Claim] = []
    meters: list[int] = []
    silent: list[str] = []
    remarks: list[str] = []
    for name in named:
        stem = read_stem(name.path)
        remarks.extend(f"{name.path.name}: {remark}." for remark in stem.remarks)
        tracks.append(find_onsets(stem.mono))
        extents.append(_extent(stem))
        claims.extend(_claims(name, stem))
        meters.append(stem.hints.beats_per_bar)
        if stem.sounding_s == 0.0:
            silent.append(name.path.name)
    claims.sort(key=lambda claim: not claim.source.startswith("the name"))
    return Evidence(
        tuple(named),
        merge(tracks),
        tuple(extents),
        tuple(claims),
        max((name.bars for name in named), default=0),
        next(filter(None, meters), 0),
        tuple(silent),
        tuple(remarks),
    )


def _extent(stem: Stem) -> Extent:
    """Convert a file's length, loop and marks from frames to seconds; positions outside it are dropped."""
    loop = stem.hints.loop_frames
    rate = stem.sample_rate
    loop_s = (loop[0] / rate, loop[1] / rate) if loop and loop[1] <= stem.frames else None
    marks_s = tuple(frame / rate for frame in stem.hints.cue_frames if frame < stem.frames)
    return Extent(stem.length_s, stem.sounding_s, stem.is_cut, loop_s, marks_s)


def _claims(name: NamedStem, stem: Stem) -> list[Claim]:
    """List the tempi that a file's name and chunks state, or that follow from the stated bars or beats."""
    shown = name.path.name
    claims = []
    if name.bpm:
        claims.append(Claim(name.bpm, f"the name of {shown}"))
    elif name.bars:
        meter = stem.hints.beats_per_bar or 4
        bpm = 60.0 * meter * name.bars / stem.length_s
        claims.append(Claim(bpm, f"the name of {shown} ({name.bars} bars)"))
    if stem.hints.bpm:
        claims.append(Claim(stem.hints.bpm, f"the acid chunk of {shown}"))
    elif stem.hints.beats:
        bpm = 60.0 * stem.hints.beats / stem.length_s
        claims.append(Claim(bpm, f"the acid chunk of {shown} ({stem.hints.beats} beats)"))
    return [claim for claim in claims if 20.0 <= claim.bpm <= 400.0]
