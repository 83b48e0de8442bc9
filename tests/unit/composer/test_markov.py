from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from adaptive.composer.markov import walk

WEATHER = {"sun": {"sun": 3.0, "rain": 1.0}, "rain": {"sun": 1.0, "rain": 1.0}}


def test_followers_come_as_often_as_their_weights_say() -> None:
    states = walk(WEATHER, "sun", 20_000, np.random.default_rng(1))
    after_sun = Counter(b for a, b in pairwise(states) if a == "sun")

    assert after_sun["sun"] / after_sun.total() == pytest.approx(0.75, abs=0.02)


def test_a_walk_begins_where_it_is_told_and_returns_there_from_a_dead_end() -> None:
    assert walk({1: {2: 1.0}, 2: {}}, 1, 5, np.random.default_rng(0)) == [1, 2, 1, 2, 1]
    assert walk({1: {2: 0.0}}, 1, 3, np.random.default_rng(0)) == [1, 1, 1]


def test_the_same_generator_walks_alike() -> None:
    one, again = (walk(WEATHER, "sun", 50, np.random.default_rng(7)) for _ in range(2))

    assert one == again
