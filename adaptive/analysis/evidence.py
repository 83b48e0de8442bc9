"""Everything known about one section before its loop is decided: sound, names and chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adaptive.analysis.loop import Extent
from adaptive.analysis.names import NamedStem
from adaptive.analysis.onsets import Onsets, find_onsets, merge
from adaptive.analysis.stems import Stem, read_stem


@dataclass(frozen=True)
class Claim:
    """A tempo somebody claims: a file's name, or a chunk in it."""

    bpm: float
    who: str


@dataclass(frozen=True)
class Evidence:
    """One section's files, heard.

    Attributes
    ----------
    named : tuple of NamedStem
        The files.
    onsets : Onsets
        Of all of them together.
    extents : tuple of Extent
        One for each.
    claims : tuple of Claim
        What names and chunks say, names first.
    bars_hint : int
        The bars a name claims; 0 if none.
    beats_per_bar : int
        The meter a chunk claims; 0 if none.
    silent : tuple of str
        File names in which there is no sound.
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


def gather(named: Sequence[NamedStem]) -> Evidence:
    """Read and hear one section's files, one at a time.

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
    for name in named:
        stem = read_stem(name.path)
        tracks.append(find_onsets(stem.mono))
        extents.append(_extent(stem))
        claims.extend(_claims(name, stem))
        meters.append(stem.hints.beats_per_bar)
        if stem.sounding_s == 0.0:
            silent.append(name.path.name)
    claims.sort(key=lambda claim: not claim.who.startswith("the name"))
    return Evidence(
        tuple(named),
        merge(tracks),
        tuple(extents),
        tuple(claims),
        max((name.bars for name in named), default=0),
        next(filter(None, meters), 0),
        tuple(silent),
    )


def _extent(stem: Stem) -> Extent:
    """Translate a file's frames into seconds; marks outside the file are dropped."""
    loop = stem.hints.loop_frames
    rate = stem.sample_rate
    loop_s = (loop[0] / rate, loop[1] / rate) if loop and loop[1] <= stem.frames else None
    marks_s = tuple(frame / rate for frame in stem.hints.cue_frames if frame < stem.frames)
    return Extent(stem.length_s, stem.sounding_s, stem.is_cut, loop_s, marks_s)


def _claims(name: NamedStem, stem: Stem) -> list[Claim]:
    """List the tempi that are claimed for a file, or follow from the bars or beats claimed."""
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
