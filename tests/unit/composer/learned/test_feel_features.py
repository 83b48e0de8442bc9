from __future__ import annotations

import numpy as np

from adaptive.composer.learned import feel_features as features
from adaptive.composer.learned.drum_grid import GHOST, KINDS, SNARE


def test_a_row_says_place_style_swing_and_tempo() -> None:
    rows = features.rows(np.zeros((20, KINDS)), 3, 2 / 3, 220.0)

    assert rows.shape == (20, features.INPUTS)
    assert np.flatnonzero(rows[17]).tolist() == [
        features.STROKE_INPUTS + 1, features.STROKE_INPUTS + 16 + 3, features.INPUTS - 2, features.INPUTS - 1,
    ]  # fmt: skip
    assert np.allclose(rows[0, -2:], [1.0, 1.0])


def test_without_ghosts_every_soft_stroke_is_a_stroke() -> None:
    grid = np.zeros((16, KINDS))
    grid[4, GHOST] = 1
    rows = features.rows(grid, None, 0.5, 110.0)
    features.without_ghosts(rows)
    here = rows[4, : features.STROKE_INPUTS].reshape(-1, KINDS)[16]

    assert here[SNARE] == 1
    assert here[GHOST] == 0
