from __future__ import annotations

import numpy as np
import pytest

from adaptive.composer.learned import weights
from adaptive.composer.learned.drum_grid import BAR_STEPS, GHOST, KINDS, SNARE, STYLES
from adaptive.composer.learned.pattern_features import Wanted
from adaptive.composer.learned.patterns import Drawing, distance, draw_bar, nearest

NETWORKS = weights.networks()
NOTHING = np.zeros((0, KINDS), np.uint8)


def drawn(wanted: Wanted, seed: int, liking: np.ndarray | None = None) -> np.ndarray:
    assert NETWORKS is not None
    liked = np.zeros((BAR_STEPS, KINDS)) if liking is None else liking
    return draw_bar(NETWORKS, Drawing(NOTHING, 1, wanted, liked), np.random.default_rng(seed))


def test_a_bar_is_the_same_for_a_seed_and_another_for_another() -> None:
    wanted = Wanted(0, 16.0)

    assert np.array_equal(drawn(wanted, 1), drawn(wanted, 1))
    assert any(not np.array_equal(drawn(wanted, 1), drawn(wanted, seed)) for seed in (2, 3))


def test_more_strokes_are_played_where_more_are_asked_for() -> None:
    means = [
        np.mean([drawn(Wanted(1, asked), seed).sum() for seed in range(4)]) for asked in (8.0, 16.0, 26.0)
    ]

    assert means[0] < means[1] < means[2]
    assert means[1] == pytest.approx(16.0, abs=3.0)


def test_ghosts_are_played_where_they_are_asked_for() -> None:
    funk = STYLES.index("funk")
    few, many = (
        sum(int(drawn(Wanted(funk, 18.0, None, share), seed)[:, GHOST].sum()) for seed in range(4))
        for share in (0.0, 0.7)
    )

    assert many > few + 5


def test_what_is_liked_is_played() -> None:
    liking = np.zeros((BAR_STEPS, KINDS))
    liking[[4, 12], SNARE] = 20.0

    assert drawn(Wanted(0, 14.0), 5, liking)[[4, 12], SNARE].tolist() == [1, 1]


def test_the_nearest_of_several_bars_is_used() -> None:
    bars = np.zeros((2, BAR_STEPS, KINDS), np.uint8)
    bars[1, ::2, 0] = 1
    wanted = Wanted(density=8.0, syncopation=0.0)

    assert np.array_equal(nearest(bars, wanted), bars[1])
    assert distance(bars[1], wanted) == 0.0
