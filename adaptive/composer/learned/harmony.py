"""Draws the chords of a phrase from the network of harmony, backwards from the close that the plan wants.

Every choice is made in whole numbers, so that all machines draw the same chords.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned.harmony_features import SEEN, PhrasePlace, later_inputs, place_inputs
from adaptive.composer.learned.harmony_weights import HarmonyNetwork
from adaptive.music.pitch import Interval

CANDIDATES = 12
"""Phrases that are drawn; one is taken by how likely the beginning that is wanted is before it."""

TEMPERATURE = 0.85
"""Below 1, rare chords become rarer; the chorales were made by an algorithm, and some are odd."""

TO_AND_FRO, CADENCE, UNRESOLVED = 3, 12, 50
"""By how much a return to the root before last is less likely, a dominant before the tonic more likely, and a
dominant seventh less likely that does not resolve."""

RESOLVING = (1, 2, 5)
"""Semitones by which the root rises where a dominant seventh resolves: to its tonic, or a sixth degree."""

FALLING_FIFTHS, FIFTHS_NATS = 30, 10
"""Percent of root movements by a falling fifth that are aimed at, and nats that it costs to be 100 beside."""

LEAST_ROOTS, ROOT_NATS = 3, 2
"""Different roots that a phrase should have after its head, and nats that each missing one costs."""

STEPS_A_NAT, FARTHEST = 64, 12
CHANCES = np.array(
    [max(1, round(65536.0 * math.exp(-step / STEPS_A_NAT))) for step in range(STEPS_A_NAT * FARTHEST)],
    np.int64,
)
"""Chance of a chord in 1/65536 of that of the likeliest, by how many 1/64 nats it is behind."""

LEVELS = (0.15, 0.4, 0.75)
"""Tension above which phrases have more chords outside the key."""


@dataclass(frozen=True, slots=True)
class PhraseDrawing:
    """A phrase that is to be drawn.

    Parameters
    ----------
    closing : str
        Its last chord, as grammars write chords.
    close : str
        Kind of close.
    lengths : sequence of int
        How long each of its chords is but the last, as in `PhrasePlace.length`, the first one first.
    head : sequence of str
        Chords with which it begins.
    tension : float
        0 to 1: how freely it leaves the key.
    is_minor : bool
        Whether the key is minor.
    starts_home : bool
        Whether it begins on the tonic, if it has no head.
    temperature : float
        Multiplies the usual one.
    """

    closing: str
    close: str
    lengths: Sequence[int]
    head: Sequence[str] = ()
    tension: float = 0.4
    is_minor: bool = False
    starts_home: bool = True
    temperature: float = 1.0


def draw_chords(harmony: HarmonyNetwork, drawing: PhraseDrawing, rng: np.random.Generator) -> list[str]:
    """Return all chords of a phrase, its head and its close with them."""
    if len(drawing.lengths) <= len(drawing.head):  # nothing is between head and close
        return [*drawing.head, drawing.closing]
    index = {text: number for number, text in enumerate(harmony.chords)}
    others = len(harmony.chords)
    later = np.full((CANDIDATES, 1), index.get(drawing.closing, others))
    last = len(drawing.head)
    sums = _place_sums(harmony, drawing)
    for at in range(len(drawing.lengths) - 1, last - 1, -1):
        chances = _chances(harmony, later, sums[at], drawing) * harmony.is_usual[int(drawing.is_minor)]
        chances = _liked(harmony, chances, later, drawing.close)
        if at == 0 and drawing.starts_home:
            home = chances * _are_home(harmony.chords, is_minor=drawing.is_minor)
            if home.any():
                masses = home.sum(axis=1)[None, :].repeat(CANDIDATES, axis=0)
                kept = _drawn(masses, rng)
                later, chances = later[kept], home[kept]
        later = np.concatenate([_drawn(chances, rng)[:, None], later], axis=1)
    phrases = [[*(harmony.chords[number] for number in row[:-1]), drawing.closing] for row in later.tolist()]
    masses = CHANCES[_steps_beside(harmony, later, drawing.closing)]
    if last:  # how likely is the last chord of the head before each of them?
        before = index.get(drawing.head[-1], others)
        chances = _liked(harmony, _chances(harmony, later, sums[last - 1], drawing), later, drawing.close)
        masses = masses * chances[:, before]
    return [*drawing.head, *phrases[int(_drawn(masses[None, :], rng)[0])]]


def _steps_beside(harmony: HarmonyNetwork, later: NDArray[np.int64], closing: str) -> NDArray[np.int64]:
    """Return how far each phrase is from the fifths and roots that are aimed at, in steps of `CHANCES`."""
    roots = _kinds(harmony.chords)[0][later]
    roots[:, -1] = _semitones(closing)
    moves = np.diff(roots, axis=1) % 12
    count = np.maximum(1, (moves != 0).sum(axis=1))
    beside = np.abs(100 * (moves == 5).sum(axis=1) - FALLING_FIFTHS * (moves != 0).sum(axis=1))
    ordered = np.sort(roots, axis=1)
    missing = np.maximum(0, LEAST_ROOTS - 1 - (np.diff(ordered, axis=1) != 0).sum(axis=1))
    nats = FIFTHS_NATS * STEPS_A_NAT * beside // (100 * count) + ROOT_NATS * STEPS_A_NAT * missing
    return np.asarray(np.minimum(len(CHANCES) - 1, nats))


@lru_cache(maxsize=1024)
def _semitones(text: str) -> int:
    return Interval.parse(text.partition("/")[0].partition(":")[0]).semitones % 12


def _place_sums(harmony: HarmonyNetwork, drawing: PhraseDrawing) -> NDArray[np.float64]:
    """Return what each place of the phrase adds in the network, a row for each."""
    level = sum(drawing.tension > limit for limit in LEVELS)
    count = len(drawing.lengths)
    places = [
        PhrasePlace(count - at, at, drawing.close, length, level, drawing.is_minor)
        for at, length in enumerate(drawing.lengths)
    ]
    first = SEEN * (len(harmony.chords) + 2)
    return harmony.network.sums(np.array([place_inputs(place) for place in places]), first)


def _chances(
    harmony: HarmonyNetwork, later: NDArray[np.int64], sums: NDArray[np.float64], drawing: PhraseDrawing
) -> NDArray[np.int64]:
    """Return the chance of each chord at a place, shape (candidates, chords and others), in whole numbers."""
    rows = later_inputs(later[:, :SEEN], len(harmony.chords) + 1)
    outputs = harmony.network.outputs_of(harmony.network.sums(rows, 0) + sums)
    behind = (outputs.max(axis=1, keepdims=True) - outputs) / max(0.2, TEMPERATURE * drawing.temperature)
    steps = np.minimum(np.floor(behind * STEPS_A_NAT), len(CHANCES) - 1).astype(np.int64)
    return np.asarray(CHANCES[steps])


def _liked(
    harmony: HarmonyNetwork, chances: NDArray[np.int64], later: NDArray[np.int64], close: str
) -> NDArray[np.int64]:
    """Return chances as the plan likes them: sevenths resolve, few returns, dominants before the tonic."""
    roots, are_dominants, unresolved = _kinds(harmony.chords)
    chances = np.where(unresolved[roots[later[:, 0]]], chances // UNRESOLVED, chances)
    if later.shape[1] > 1:
        chances = np.where(roots == roots[later[:, 1]][:, None], chances // TO_AND_FRO, chances)
    elif close == "authentic":
        chances = np.where(are_dominants, chances * CADENCE, chances)
    return chances


@lru_cache(maxsize=4)
def _kinds(chords: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the root of each chord, whether it is a dominant on its root, and where a seventh is unresolved.

    The last has a row for each root that may follow, in semitones above the tonic.
    """
    roots = np.array([*map(_semitones, chords), 0])
    are_dominants = np.array([*(text in {"5", "5:7"} for text in chords), False])
    are_sevenths = np.array([*(text.partition("/")[0].endswith(":7") for text in chords), False])
    moves = (np.arange(12)[:, None] - roots) % 12
    return roots, are_dominants, are_sevenths & ~np.isin(moves, RESOLVING)


def _drawn(chances: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a column for each row, drawn by chances, which are whole numbers; the last one if all are 0."""
    sums = np.cumsum(chances, axis=1)
    numbers = rng.integers(0, np.maximum(1, sums[:, -1]))
    places = (sums <= numbers[:, None]).sum(axis=1)
    return np.asarray(np.minimum(places, chances.shape[1] - 1))


def _are_home(chords: Sequence[str], *, is_minor: bool) -> NDArray[np.int64]:
    """Return 1 for the tonic chords, also those with the third in the bass; others have 0."""
    home = {"1:m", "1:m/b3"} if is_minor else {"1", "1/3"}
    return np.array([*(text in home for text in chords), False], np.int64)
