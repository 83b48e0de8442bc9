from __future__ import annotations

import numba
import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.compile.jit import FLAGS
from adaptive.kernel.dsp import vectors
from adaptive.kernel.layout import LANES, QUANTUM


@numba.njit(**FLAGS)
def interleave(out: int, left: int) -> None:
    vectors.interleave_rows(out, left)


@numba.njit(**FLAGS)
def add_sums(row: int, block: int) -> None:
    vectors.add_lane_sums(row, block)


def test_two_rows_are_interleaved_frame_by_frame() -> None:
    rows, out = aligned(np.float32, 2, QUANTUM), aligned(np.float32, QUANTUM, 2)
    rows[:] = np.arange(2 * QUANTUM).reshape(2, QUANTUM)
    interleave(address(out), address(rows))

    np.testing.assert_array_equal(out, rows.T)


def test_lanes_are_summed_by_halves_and_added_to_the_row(rng: np.random.Generator) -> None:
    row, block = aligned(np.float32, QUANTUM), aligned(np.float32, QUANTUM, LANES)
    row[:], block[:] = rng.normal(size=QUANTUM), rng.normal(size=block.shape)
    sums = block
    while sums.shape[1] > 1:
        half = sums.shape[1] // 2
        sums = sums[:, :half] + sums[:, half:]
    expected = row + sums[:, 0]
    add_sums(address(row), address(block))

    np.testing.assert_array_equal(row, expected)


def test_a_row_is_a_whole_number_of_vectors() -> None:
    assert list(vectors.ROW_OFFSETS) == [number * vectors.VECTOR_BYTES for number in range(vectors.VECTORS)]
    assert vectors.VECTORS * vectors.VECTOR_BYTES == vectors.ROW_BYTES
