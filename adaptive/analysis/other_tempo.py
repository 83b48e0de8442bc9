"""Finds stems that fill whole bars at another tempo than that of their section, by their name or by ear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adaptive.analysis.evidence import Claim, combine, hear
from adaptive.analysis.guess import guess_sections
from adaptive.analysis.names import group
from adaptive.errors import AudioFileError

WHOLE_S = 0.03
"""A file that ends this near to a bar line was meant to end on it."""

SAME_TEMPO = 0.005
"""Two tempi that differ by less are one."""

LEAST_CONFIDENCE = 0.2
"""A tempo that is heard less clearly than this is not told."""


@dataclass(frozen=True, slots=True)
class OtherTempo:
    """A tempo at which a file fills whole bars.

    Attributes
    ----------
    bpm : float
        Quarter notes a minute.
    bars : int
        What the file lasts at that tempo.
    source : str
        What says so, such as ``its name``.
    """

    bpm: float
    bars: int
    source: str


def stated_tempo(path: Path) -> float | None:
    """The tempo that a file's name states, in quarter notes a minute; None if it states none.

    Examples
    --------
    >>> stated_tempo(Path("Battle_140bpm_low.wav")), stated_tempo(Path("strings.wav"))
    (140.0, None)
    """
    return group([path], path.parent)[0].bpm


def filled_tempo(
    path: Path, seconds: float, bpm: float, quarters: float, *, by_ear: bool
) -> OtherTempo | None:
    """Return the tempo, other than `bpm`, at which a file fills whole bars; None if there is none.

    Parameters
    ----------
    path : Path
        The file.
    seconds : float
        Its length from its first beat on.
    bpm : float
        The tempo of its section.
    quarters : float
        Quarter notes in a bar.
    by_ear : bool
        Whether the file is read, for the tempo that `adaptive new` finds in it.
    """
    for claim in _claims(path, by_ear=by_ear):
        beat_s = 60.0 / claim.bpm
        bars = round(seconds / beat_s / quarters)
        is_whole = abs(seconds - bars * quarters * beat_s) <= WHOLE_S
        if bars and is_whole and abs(claim.bpm / bpm - 1.0) > SAME_TEMPO:
            return OtherTempo(claim.bpm, bars, claim.source)
    return None


def _claims(path: Path, *, by_ear: bool) -> Iterator[Claim]:
    stated = stated_tempo(path)
    if stated is not None:
        yield Claim(stated, "its name")
    if not by_ear:
        return
    try:
        evidence = combine(group([path], path.parent), [hear(path)])
    except AudioFileError:
        return
    yield from evidence.claims
    if evidence.silent:
        return
    found = guess_sections({"file": evidence}).sections["file"]
    if found.confidence >= LEAST_CONFIDENCE:
        yield Claim(round(found.tempo_bpm, 2), "its rhythm")
