"""What a generator may know when it writes a bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from adaptive.music.chord import Chord
from adaptive.music.note import Note
from adaptive.music.scale import Key


@dataclass(frozen=True, slots=True)
class Harmony:
    """The one harmonic context of the moment: a key, and the chords of a bar and of the next.

    Parameters
    ----------
    key : Key
        Tonic and mode.
    chords : tuple of (Fraction, Chord)
        Onset in beats from the start of the bar, and chord; the first onset is 0.
    next_chord : Chord
        What the next bar begins with.
    """

    key: Key
    chords: tuple[tuple[Fraction, Chord], ...]
    next_chord: Chord


def seeded(seed: int, *salt: int) -> np.random.Generator:
    """Random numbers that depend on a seed and `salt` alone."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *salt])


@dataclass(frozen=True, slots=True)
class BarContext:
    """One bar to be written.

    Parameters
    ----------
    section : str
        Name of the section.
    bar : int
        Bars since this section was entered, from 0.
    phrase_bars : int
        Length of a phrase; ``bar % phrase_bars`` is the place in it.
    beats : int
        Beats of the bar (the meter's numerator).
    beat_unit : int
        The meter's denominator: 4, 8 …
    tempo_bpm : float
        Quarter notes a minute.
    harmony : Harmony
        Key and chords.
    energy, density : float
        0 … 1: how intense the section is; how many notes the layer should have.
    is_leaving : bool
        A transition follows this bar: a fill is welcome.
    seed : int
        Seed of the layer in this section; `rng` makes a generator for one bar from it.
    style : str
        Style of the layer, one of the generator's.
    octave : int
        Octaves the layer is shifted by.
    memory : Mapping
        What the generator returned for the bar before; empty at first.
    """

    section: str
    bar: int
    phrase_bars: int
    beats: int
    beat_unit: int
    tempo_bpm: float
    harmony: Harmony
    energy: float
    density: float
    is_leaving: bool
    seed: int
    style: str = ""
    octave: int = 0
    memory: Mapping[str, Any] = field(default_factory=dict)

    def rng(self, *salt: int) -> np.random.Generator:
        """Random numbers that depend on the layer's seed and `salt` alone: same bar, same notes."""
        return seeded(self.seed, *salt)

    @property
    def bar_in_phrase(self) -> int:
        """Place of the bar in its phrase, from 0."""
        return self.bar % self.phrase_bars

    @property
    def is_phrase_end(self) -> bool:
        """Whether this is the last bar of a phrase."""
        return self.bar_in_phrase == self.phrase_bars - 1


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """What a generator returns: the notes of a bar, and what it wants to remember."""

    notes: tuple[Note, ...]
    memory: Mapping[str, Any] = field(default_factory=dict)


class Generator(Protocol):
    """A pure function from a bar's context to its notes."""

    def __call__(self, context: BarContext) -> WrittenBar:
        """Write one bar."""
        ...
