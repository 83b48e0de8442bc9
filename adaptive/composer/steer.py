"""What a player of the music asks of the composer, beside density and energy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steer:
    """Controls of how a layer is composed and played.

    Parameters
    ----------
    swing : float
        0: straight; 0.5: as the style swings at this tempo; 1: the strongest.
    push : float
        -1: early; 1: late.
    humanise : float
        0: exactly in time, and evenly loud; 0.5: as people play; 1: twice as loose.
    wander : float
        0: a steady clock; 0.5: as that of people; 1: twice as much.
    learned : bool
        Whether the learned networks are used.
    """

    swing: float = 0.5
    push: float = 0.0
    humanise: float = 0.5
    wander: float = 0.5
    learned: bool = True


AS_PEOPLE_PLAY = Steer()
"""Nothing is asked for."""
