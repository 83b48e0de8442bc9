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
    "tension": Control(
        0.0, 1.0, None, "0 open fifths and triads, 0.5 as the genre colours chords, 1 altered"
    ),
    "repetition": Control(0.0, 1.0, None, "how often bars and themes come back as they were"),
    "temperature": Control(0.0, 3.0, 1.0, "how unusual what is drawn may be: 1 as usual"),
    "mute_bass": Control(0.0, 1.0, 0.0, "from 0.5 on, layers of the generator `bass` are silent"),
    "mute_drums": Control(0.0, 1.0, 0.0, "from 0.5 on, drums are silent"),
    "only_bass_and_drums": Control(0.0, 1.0, 0.0, "from 0.5 on, all others are silent"),
    "wander": Control(0.0, 1.0, 0.5, "0 a steady clock, 0.5 as that of people, 1 twice as much"),
}
"""All controls; a switch also takes true and false.

Presets and messages use these names, so they do not change.
"""

OF_ALL_LAYERS = frozenset({"tension"})
"""Controls of the harmony, which all layers share: a layer cannot have its own."""

SWITCHES = frozenset({"mute_bass", "mute_drums", "only_bass_and_drums"})
"""Controls that are on or off."""
