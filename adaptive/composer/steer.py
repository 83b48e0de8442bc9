"""What is asked of the composer: the values of its controls, and what is held of its harmony."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.music.chord import Chord
from adaptive.music.scale import Key


@dataclass(frozen=True, slots=True)
class Steer:
    """What is asked of a layer, beside density and energy; the fields are `CONTROLS`.

    `learned` says whether the learned networks are used.  None: nothing is asked for.
    """

    register: float = 0.0
    articulation: float = 0.5
    syncopation: float | None = None
    complexity: float | None = None
    swing: float = 0.5
    push: float = 0.0
    humanise: float = 0.5
    wander: float = 0.5
    learned: bool = True


AS_PEOPLE_PLAY = Steer()
"""Nothing is asked for."""


@dataclass(frozen=True, slots=True)
class HeldHarmony:
    """A key, a mode or a chord that a message holds in place of the section's own.

    Parameters
    ----------
    key : Key or None
        Tonic and mode.
    mode : str
        Mode on the tonic that is there, as a mood asks for it; empty: none.
    chord : Chord or None
        The only chord.
    take : int
        Number of the regeneration of the tune; 0: as planned.
    """

    key: Key | None = None
    mode: str = ""
    chord: Chord | None = None
    take: int = 0


@dataclass(frozen=True, slots=True)
class RegeneratedBars:
    """Bars of a section that a layer plays in another way than planned, because that was asked for.

    Parameters
    ----------
    section : str
        The section.
    number : int
        Which regeneration it is, from 1.
    first, last : int
        Bars of the section, from 0, both included.
    """

    section: str
    number: int
    first: int = 0
    last: int = 10**9


NOTHING_HELD = HeldHarmony()
