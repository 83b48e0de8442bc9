"""The clock of an ensemble: it wanders, and all players wander with it.

The residual timing of the drummers of the Groove MIDI Dataset is correlated by .41, .45, .40, .28, .16 and
.11 at 1, 2, 4, 8, 16 and 32 onsets, and by .47 between strokes at the same place: a shared clock that
forgets half of itself in four sixteenths, beside independent deviations of the same size.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

from adaptive.composer.seeding import seeded

DECAY = 0.78
"""Share of the clock's deviation that is left after a sixteenth."""

REACH_STEPS = 32
"""Sixteenths after which a deviation is forgotten (0.2 % are left), so that any bar is found by itself."""

SALT_CLOCK, SALT_LEVEL = 107, 108

LEVEL_DECAY, LEVEL_REACH_BARS = 0.75, 8


@lru_cache(maxsize=64)
def wander(seed: int, bar: int, steps: int) -> tuple[float, ...]:
    """Return the deviation of the clock at each sixteenth of a bar, in standard deviations.

    Parameters
    ----------
    seed : int
        Seed of the ensemble.
    bar : int
        Number of the bar, from 0.
    steps : int
        Sixteenths of a bar.
    """
    before = -(-REACH_STEPS // steps)
    state, values = 0.0, []
    for number in range(bar - before, bar + 1):
        for shock in _clock_shocks(seed, number + before, steps):
            state = DECAY * state + sqrt(1.0 - DECAY * DECAY) * shock
            values.append(state)
    return tuple(values[-steps:])


@lru_cache(maxsize=256)
def _clock_shocks(seed: int, bar: int, steps: int) -> tuple[float, ...]:
    return tuple(seeded(seed, SALT_CLOCK, bar).standard_normal(steps).tolist())


@lru_cache(maxsize=256)
def _level_shock(seed: int, bar: int) -> float:
    return float(seeded(seed, SALT_LEVEL, bar).standard_normal())


@lru_cache(maxsize=64)
def level(seed: int, bar: int) -> float:
    """Return how much louder than usual a bar is played, in standard deviations; it changes slowly."""
    state = 0.0
    for number in range(bar - LEVEL_REACH_BARS, bar + 1):
        shock = _level_shock(seed, number + LEVEL_REACH_BARS)
        state = LEVEL_DECAY * state + sqrt(1.0 - LEVEL_DECAY**2) * shock
    return state
