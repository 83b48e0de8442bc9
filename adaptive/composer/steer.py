"""Controls with which a player of the music steers the composer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adaptive.music.chord import Chord
from adaptive.music.scale import Key


@dataclass(frozen=True, slots=True)
class Control:
    """A control: its range, and what its ends mean.

    Parameters
    ----------
    low, high : float
        Range.
    default : float or None
        Value where nothing is asked for; None: what the section, the layer or its mixer strip have.
    meaning : str
        One sentence for the table of the docs.
    """

    low: float
    high: float
    default: float | None
    meaning: str


CONTROLS: Mapping[str, Control] = {
    "density": Control(0.0, 1.0, None, "how many notes"),
    "energy": Control(0.0, 1.0, None, "how loud and how full: velocities, crashes, fills"),
    "brightness": Control(0.0, 1.0, None, "the filter of the layer: 0 dark, 1 open"),
    "register": Control(-1.0, 1.0, 0.0, "octaves: -1 low, 1 high, phrase by phrase and layer by layer"),
    "articulation": Control(0.0, 1.0, 0.5, "0 short, 0.5 as written, 1 joined"),
    "syncopation": Control(0.0, 1.0, None, "how often drums of learned styles play against the beat"),
    "complexity": Control(0.0, 1.0, None, "how many ghosts drums of learned styles play"),
    "swing": Control(0.0, 1.0, 0.5, "0 straight, 0.5 as the style swings at this tempo, 1 the strongest"),
    "push": Control(-1.0, 1.0, 0.0, "-1 ahead of the beat by 20 ms, 1 behind it"),
    "humanise": Control(0.0, 1.0, 0.5, "0 exact, 0.5 as people play, 1 twice as loose"),
    "wander": Control(0.0, 1.0, 0.5, "0 a steady clock, 0.5 as that of people, 1 twice as much"),
}
"""All controls that are numbers.  Presets and messages use these names, so they do not change."""


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
