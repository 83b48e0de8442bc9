"""Controls with which a player of the music steers the composer: their names and ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
