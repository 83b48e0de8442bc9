"""Draws bars of drums from the pattern network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned import pattern_features as features
from adaptive.composer.learned.drum_grid import BAR_STEPS, GHOST, KINDS, SNARE, Grid
from adaptive.composer.learned.pattern_features import Wanted, condition, syncopation
from adaptive.composer.learned.weights import DrumNetworks

CANDIDATES, MORE_CANDIDATES = 4, 8
"""Bars that are drawn at once, and those where somebody asks for syncopation or ghosts.

The one that is nearest to what is wanted is used.
"""

TEMPERATURE, FILL_TEMPERATURE = 0.88, 1.0
"""Below 1, rare strokes become rarer: at 0.8 bars repeat and lose their ghosts, at 1.0 none repeats."""

GUIDANCE = 1.0
"""How much farther than it is the answer goes from that without a style (Ho and Salimans 2022)."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A bar that is to be drawn.

    Parameters
    ----------
    history : ndarray of uint8, shape (steps, KINDS)
        The bars before it, the last one last; it may be empty.
    bar : int
        Its number in the part, from 0.
    wanted : Wanted
        What it is asked to be.
    liking : ndarray of float, shape (BAR_STEPS, KINDS)
        How much more likely each stroke is made, in nats.
    temperature : float
        Multiplies the usual one.
    is_exact : bool
        Whether somebody asked for syncopation or ghosts: then more bars are drawn.
    """

    history: Grid
    bar: int
    wanted: Wanted
    liking: NDArray[np.float64]
    temperature: float = 1.0
    is_exact: bool = False


def draw_bar(networks: DrumNetworks, drawing: Drawing, rng: np.random.Generator) -> Grid:
    """Return a bar, shape (`BAR_STEPS`, KINDS)."""
    wanted = drawing.wanted
    count = MORE_CANDIDATES if drawing.is_exact else CANDIDATES
    past = np.zeros((features.LONGEST, count, KINDS), np.float64)
    if len(drawing.history):
        known = drawing.history[-features.LONGEST :]
        past[len(past) - len(known) :] = known[:, None, :]
    notes = np.concatenate([past, np.zeros((BAR_STEPS, count, KINDS))])
    both = np.stack([condition(wanted, drawing.bar), condition(replace(wanted, style=None), drawing.bar)])
    network, units = networks.patterns, np.eye(BAR_STEPS)
    asked = network.sums(both.astype(np.float64), features.STROKE_INPUTS + BAR_STEPS)
    places = network.sums(units, features.STROKE_INPUTS)
    chance = rng.gumbel(size=(BAR_STEPS, count, network.outputs))
    temperature = (FILL_TEMPERATURE if wanted.is_fill else TEMPERATURE) * drawing.temperature
    liking = drawing.liking @ networks.combinations.T
    offsets = np.array(features.OFFSETS) + features.LONGEST
    for step in range(BAR_STEPS):
        # strokes of each candidate, offset after offset
        seen = notes[offsets + step].transpose(1, 0, 2).reshape(count, -1)
        sums = network.sums(seen, 0) + places[step]
        outputs = network.outputs_of(np.concatenate([sums + asked[0], sums + asked[1]]))
        styled, plain = outputs[:count], outputs[count:]
        outputs = styled + GUIDANCE * (styled - plain) + liking[step]
        chosen = np.argmax(outputs / temperature + chance[step], axis=1)
        notes[features.LONGEST + step] = networks.combinations[chosen]
    bars = notes[features.LONGEST :].transpose(1, 0, 2).astype(np.uint8)
    return nearest(bars, wanted)


def nearest(bars: NDArray[np.uint8], wanted: Wanted) -> Grid:
    """Return the bar that is nearest to what is wanted, of several, shape (bars, steps, KINDS)."""
    return min(bars, key=lambda bar: distance(bar, wanted))


def distance(bar: Grid, wanted: Wanted) -> float:
    """Return how far a bar is from what is wanted."""
    total = 0.0
    if wanted.density is not None:
        total += abs(int(bar.sum()) - wanted.density) / 6.0
    if wanted.syncopation is not None:
        beaten = bar[:, 0] | bar[:, SNARE] | bar[:, GHOST]
        total += abs(syncopation(beaten) - wanted.syncopation)
    if wanted.ghosts is not None:
        full, soft = int(bar[:, SNARE].sum()), int(bar[:, GHOST].sum())
        total += abs(soft / max(1, full + soft) - wanted.ghosts)
    return total
