"""What is asked of the composer: the values of its controls, and what is held of its harmony."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.music.chord import Chord
from adaptive.music.scale import Key

ON = 0.5
"""Value from which a control that is a switch is on."""


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
    repetition: float | None = None
    temperature: float = 1.0
    mute_bass: float = 0.0
    mute_drums: float = 0.0
    only_bass_and_drums: float = 0.0
    learned: bool = True

    def mutes(self, generator: str, *, is_percussive: bool) -> bool:
        """Whether a layer is silent by `mute_bass`, `mute_drums` or `only_bass_and_drums`: from 0.5 on."""
        if is_percussive:
            return self.mute_drums >= ON
        if generator == "bass":
            return self.mute_bass >= ON
        return self.only_bass_and_drums >= ON


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
    tension, repetition : float or None
        0 to 1 in tenths: what is asked for; None: nothing.
    temperature : float
        0 to 3 in tenths; 1: as usual.
    """

    key: Key | None = None
    mode: str = ""
    chord: Chord | None = None
    take: int = 0
    tension: float | None = None
    repetition: float | None = None
    temperature: float = 1.0


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
