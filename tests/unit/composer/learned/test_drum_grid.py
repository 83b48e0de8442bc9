from __future__ import annotations

import numpy as np

from adaptive.composer.learned.drum_grid import KINDS, one_hot, windows


def test_a_window_holds_the_steps_around_and_nothing_beyond_the_ends() -> None:
    grid = np.zeros((4, KINDS), np.uint8)
    grid[0, 1] = grid[3, 2] = 1
    seen = windows(grid, (-1, 0, 1)).reshape(4, 3, KINDS)

    assert seen[0, 0].sum() == seen[3, 2].sum() == 0
    assert seen[1, 0, 1] == seen[0, 1, 1] == 1
    assert seen[2, 2, 2] == 1


def test_one_hot() -> None:
    assert one_hot(2, 4).tolist() == [0.0, 0.0, 1.0, 0.0]
