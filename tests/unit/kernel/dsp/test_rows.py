from __future__ import annotations

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp.rows import blend_row, copy_rows
from adaptive.kernel.layout import QUANTUM


def test_rows_are_copied_and_no_more_than_asked_for() -> None:
    source, to = aligned(np.float32, 3, QUANTUM), aligned(np.float32, 3, QUANTUM)
    source[:] = np.arange(3 * QUANTUM).reshape(3, QUANTUM)
    copy_rows(address(to), address(source), np.int64(2))

    np.testing.assert_array_equal(to[:2], source[:2])
    assert not to[2].any()


def test_a_blend_moves_along_a_straight_line_and_may_be_written_in_place() -> None:
    for out in (0, 1, 2):
        rows = aligned(np.float32, 3, QUANTUM)
        rows[0], rows[1] = 1.0, 3.0
        blend_row(address(rows[out]), address(rows[0]), address(rows[1]), np.float32(0.25), np.float32(0.75))

        np.testing.assert_allclose(rows[out], 1.5 + np.arange(QUANTUM) / QUANTUM, rtol=1e-6)
