from __future__ import annotations

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp.rows import add_row, blend_row, clear_rows, copy_rows, lower_in_place
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


def test_rows_are_added_and_cleared() -> None:
    rows = aligned(np.float32, 3, QUANTUM)
    rows[:] = np.arange(3 * QUANTUM).reshape(3, QUANTUM)
    expected = rows[0] + rows[2]
    add_row(address(rows[0]), address(rows[2]))
    clear_rows(address(rows[1]), np.int64(2))

    np.testing.assert_array_equal(rows[0], expected)
    assert not rows[1:].any()


def test_numbers_are_lowered_to_those_before_them_in_place(rng: np.random.Generator) -> None:
    for count, shift in ((72, 1), (101, 5), (160, 37), (67, 66)):
        numbers = rng.normal(size=count).astype(np.float32)
        found = numbers.copy()
        lower_in_place(found.ctypes.data, np.int64(count), np.int64(shift))

        np.testing.assert_array_equal(found[shift:], np.minimum(numbers[shift:], numbers[:-shift]))
        np.testing.assert_array_equal(found[:shift], numbers[:shift])
