"""The data of a proposed preset: sections, layers and stingers, with the reasons for each estimate."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from adaptive.analysis.wander import Wander
from adaptive.engine.stretch_kind import StretchKind


@dataclass(frozen=True)
class SectionProposal:
    """One proposed section.

    Attributes
    ----------
    bars : int
        Length in bars; 0 if it is not a whole number of bars, then only `beats` gives the length.
    beats : int
        Length in beats.
    first_beat_s : float
        Position of the first beat in each of its files, in seconds: of the introduction, if they hold one.
    tail_s : float
        Seconds after the last bar in the longest file.
    tempo_bpm : float
        Tempo of the recording, in quarter notes per minute.
    confidence : float
        Confidence of the tempo, from 0 (no tempo was found) to 1.
    files : dict of str to tuple of Path
        The variations of each layer, in order; one file if the layer has no variations.
    notes : tuple of str
        One sentence for each estimate.
    beats_per_bar : int
        The meter's numerator; the denominator is 4.
    intro_beats : int
        Beats of the introduction that its files hold before bar 1; 0 if they hold none.
    intros : dict of str to Path
        The file that a layer plays once before its loop.
    held_bars : dict of str to int
        The bars of introduction that a layer's file holds before its loop, where the others hold none.
    wander : Wander or None
        Its beats, if they are on no even grid.
    is_tempo_guessed : bool
        Whether neither its onsets nor a name or chunk gave the tempo.
    """

    bars: int
    beats: int
    first_beat_s: float
    tail_s: float
    tempo_bpm: float
    confidence: float
    files: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    beats_per_bar: int = 4
    intro_beats: int = 0
    intros: dict[str, Path] = field(default_factory=dict)
    held_bars: dict[str, int] = field(default_factory=dict)
    wander: Wander | None = None
    is_tempo_guessed: bool = False


@dataclass(frozen=True)
class PassedOver:
    """A file that is not in the preset, and the reason as the rest of a sentence about it."""

    path: Path
    reason: str


@dataclass(frozen=True)
class StingerProposal:
    """One proposed stinger.

    Attributes
    ----------
    path : Path
        Its file.
    first_beat_s : float
        Position in the file of the beat that lands on the grid, in seconds.
    note : str
        The reason why the file is used as a stinger.
    """

    path: Path
    first_beat_s: float
    note: str


@dataclass(frozen=True)
class Proposal:
    """A proposed preset.

    Attributes
    ----------
    tempo_bpm : float
        The preset's tempo: that of the section with the clearest rhythm.
    confidence : float
        The confidence of that section's tempo.
    beats_per_bar : int
        The meter's numerator; the denominator is 4.
    sections : dict of str to SectionProposal
        Sections by name, in the order in which they are written, calm ones first.
    layers : tuple of str
        All layers: harmony first, drums last.
    notes : tuple of str
        Sentences about the whole folder.
    stingers : dict of str to StingerProposal
        One-shots by name.
    passed_over : tuple of PassedOver
        The files of the folder that are not in the preset.
    padded_s : dict of Path to float
        The length in seconds to which the copy of a file is filled up with silence.
    stretch : dict of str to StretchKind
        How each layer is stretched at another tempo.
    """

    tempo_bpm: float
    confidence: float
    beats_per_bar: int
    sections: dict[str, SectionProposal] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stingers: dict[str, StingerProposal] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
    padded_s: dict[Path, float] = field(default_factory=dict)
    stretch: dict[str, StretchKind] = field(default_factory=dict)
