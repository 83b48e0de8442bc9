"""What the pattern network is told before it chooses the strokes of one sixteenth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned.drum_grid import BAR_STEPS, KINDS, STYLES

NEAR = tuple(range(-34, 0))
FAR = (-66, -65, -64, -63, -62, -50, -49, -48, -47, -46)
OFFSETS = FAR + NEAR
"""Steps that the network looks back to: all of the last two bars, and around the place three and four ago."""

LONGEST = -min(OFFSETS)
"""Steps of the past that are looked at."""

BARS_OF_FOUR = 4
STROKE_INPUTS = len(OFFSETS) * KINDS
INPUTS = STROKE_INPUTS + BAR_STEPS + BARS_OF_FOUR + 2 + len(STYLES) + 6

DENSITY_UNIT, SYNCOPATION_UNIT = 24.0, 4.0
"""Strokes a bar and syncopation a bar that an input of 1 stands for."""

SYNCOPATION_STEPS = (0, 4, 3, 4, 2, 4, 3, 4, 1, 4, 3, 4, 2, 4, 3, 4)
"""How far down in the meter each sixteenth stands (Longuet-Higgins and Lee 1984)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bar is asked to be; None: it is not said.

    Parameters
    ----------
    style : int or None
        Index into `STYLES`.
    density : float or None
        Strokes in the bar.
    syncopation : float or None
        As `syncopation` counts it.
    ghosts : float or None
        Share of ghosts among the snare strokes, 0 to 1.
    is_fill, is_first : bool
        Whether it is a fill, and whether it begins the part.
    """

    style: int | None = None
    density: float | None = None
    syncopation: float | None = None
    ghosts: float | None = None
    is_fill: bool = False
    is_first: bool = False


def condition(wanted: Wanted, bar: int) -> NDArray[np.float32]:
    """Return the inputs of a bar that do not depend on its strokes, without the place in the bar.

    `bar` is its number in the part, from 0.
    """
    row = np.zeros(INPUTS - STROKE_INPUTS - BAR_STEPS, np.float32)
    row[bar % BARS_OF_FOUR] = 1.0
    row[BARS_OF_FOUR] = wanted.is_fill
    row[BARS_OF_FOUR + 1] = wanted.is_first
    at = BARS_OF_FOUR + 2
    if wanted.style is not None:
        row[at + wanted.style] = 1.0
    at += len(STYLES)
    values = (
        None if wanted.density is None else wanted.density / DENSITY_UNIT,
        None if wanted.syncopation is None else wanted.syncopation / SYNCOPATION_UNIT,
        wanted.ghosts,
    )
    for number, value in enumerate(values):
        if value is not None:
            row[at + 2 * number : at + 2 * number + 2] = (1.0, min(2.0, value))
    return row


def syncopation(kick_and_snare: NDArray[np.integer]) -> float:
    """Return the syncopation of a bar of 16 sixteenths: 1 where a stroke is (Longuet-Higgins and Lee 1984).

    For each stroke, by how much the strongest place of the silence after it outweighs it.
    """
    onsets = np.flatnonzero(kick_and_snare)
    total = 0
    for place, onset in enumerate(onsets):
        after = onsets[place + 1] if place + 1 < len(onsets) else BAR_STEPS + onsets[0]
        rests = [SYNCOPATION_STEPS[step % BAR_STEPS] for step in range(onset + 1, after)]
        if rests:
            total += max(0, SYNCOPATION_STEPS[onset] - min(rests))
    return float(total)
