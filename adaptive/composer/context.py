"""The input and output of a generator: the context of one bar, and the bar it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from adaptive.composer.harmony import Harmony
from adaptive.composer.plan.section_plan import BarPlan
from adaptive.composer.seeding import seeded
from adaptive.composer.steer import AS_PEOPLE_PLAY, Steer
from adaptive.music.note import Note


@dataclass(frozen=True, slots=True)
class BarContext:
    """Everything a generator may use to write one bar.

    Parameters
    ----------
    section : str
        Name of the section.
    bar : int
        Bars since this section was entered, from 0.
    phrase_bars : int
        Length of a phrase in bars; ``bar % phrase_bars`` is the position within it.
    beats : int
        Beats of the bar (the meter's numerator).
    beat_unit : int
        The meter's denominator: 4, 8 …
    tempo_bpm : float
        Quarter notes a minute.
    harmony : Harmony
        Key and chords.
    plan : BarPlan
        What the plan of the section says about the bar: theme, tune, bass, voicings, who leads.
    energy, density : float
        0 … 1.  `energy`: how intense the section is.  `density`: how many notes the layer should have.
    is_leaving : bool
        Whether a transition follows this bar, so that a fill fits.
    seed : int
        Seed of the layer in this theme; `rng` derives random generators from it.
    style : str
        One of the generator's styles; empty: its first.
    octave : int
        Octaves by which the layer is transposed.
    layer : str
        Name of the layer.
    steer : Steer
        How it is to be played, beside density and energy.
    memory : Mapping
        The memory the generator returned with the previous bar; empty at first.
    """

    section: str
    bar: int
    phrase_bars: int
    beats: int
    beat_unit: int
    tempo_bpm: float
    harmony: Harmony
    plan: BarPlan
    energy: float
    density: float
    is_leaving: bool
    seed: int
    style: str = ""
    octave: int = 0
    layer: str = ""
    steer: Steer = AS_PEOPLE_PLAY
    memory: Mapping[str, Any] = field(default_factory=dict)

    def rng(self, *salt: int) -> np.random.Generator:
        """Return a random generator that depends only on the layer's seed and `salt`.

        The same context therefore always gives the same notes.
        """
        return seeded(self.seed, *salt)

    @property
    def bar_in_phrase(self) -> int:
        """Position of the bar in its phrase, from 0."""
        return self.bar % self.phrase_bars

    @property
    def is_phrase_end(self) -> bool:
        """Whether this is the last bar of a phrase."""
        return self.bar_in_phrase == self.phrase_bars - 1


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """What a generator returns: the notes of a bar, and the memory it receives with the next bar."""

    notes: tuple[Note, ...]
    memory: Mapping[str, Any] = field(default_factory=dict)


class Generator(Protocol):
    """A pure function that writes one bar from its context."""

    def __call__(self, context: BarContext) -> WrittenBar:
        """Write one bar."""
        ...
