"""What a proposal is: sections, layers and the reasons, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class SectionProposal:
    """One section as it was found.

    Attributes
    ----------
    bars : int
        Length in bars; 0 if it is not a whole number of them, then `beats` counts.
    beats : int
        Length in beats.
    first_beat_s : float
        Where bar 1, beat 1 lies in each of its files.
    tail_s : float
        What the longest file holds after the last bar.
    tempo_bpm : float
        Tempo of the recording, in quarter notes per minute.
    confidence : float
        0 (nothing keeps time) to 1.
    files : dict of str to tuple of Path
        The stem of each layer, or its takes in order.
    notes : tuple of str
        One sentence for each guess.
    """

    bars: int
    beats: int
    first_beat_s: float
    tail_s: float
    tempo_bpm: float
    confidence: float
    files: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StingerProposal:
    """A one-shot.

    Attributes
    ----------
    path : Path
        Its file.
    first_beat_s : float
        Where the beat lies that is to land on the grid.
    note : str
        Why it is taken for one.
    """

    path: Path
    first_beat_s: float
    note: str


@dataclass(frozen=True)
class Proposal:
    """A preset made of somebody's stems, with the reasons.

    Attributes
    ----------
    tempo_bpm : float
        The preset's tempo: that of the section which keeps time most clearly.
    confidence : float
        Of that section.
    beats_per_bar : int
        Numerator of the meter over quarters.
    sections : dict of str to SectionProposal
        In the order they are written, calm ones first.
    layers : tuple of str
        All layers, those that carry the music first, drums last.
    notes : tuple of str
        What concerns the whole folder.
    stingers : dict of str to StingerProposal
        Files that are one-shots.
    """

    tempo_bpm: float
    confidence: float
    beats_per_bar: int
    sections: dict[str, SectionProposal] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stingers: dict[str, StingerProposal] = field(default_factory=dict)
