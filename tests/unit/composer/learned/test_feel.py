from __future__ import annotations

import numpy as np

from adaptive.composer.learned import weights
from adaptive.composer.learned.drum_grid import BAR_STEPS, GHOST, KINDS, SNARE
from adaptive.composer.learned.feel import played


def test_strokes_and_nothing_else_get_a_time_and_a_velocity() -> None:
    networks = weights.networks()
    assert networks is not None
    bar = np.zeros((BAR_STEPS, KINDS), np.uint8)
    bar[0, 0] = bar[8, 0] = bar[4, SNARE] = bar[12, SNARE] = bar[7, GHOST] = 1
    bar[::2, 3] = 1
    late, loud = played(networks, np.tile(bar, (3, 1)), 0, 0.5, 110.0)

    assert late.shape == loud.shape == (BAR_STEPS, KINDS)
    assert np.array_equal(loud > 0, bar > 0)
    assert (late[bar == 0] == 0).all()
    assert np.abs(late).max() < 30.0
    assert loud[7, GHOST] < 0.5 * loud[4, SNARE]


def test_a_bar_without_strokes_has_nothing_to_play() -> None:
    networks = weights.networks()
    assert networks is not None
    late, loud = played(networks, np.zeros((48, KINDS), np.uint8), None, 0.5, 110.0)

    assert not late.any()
    assert not loud.any()
