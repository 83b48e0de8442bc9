from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp import meter
from adaptive.kernel.layout import QUANTUM


def row_of(values: np.ndarray) -> np.ndarray:
    row = aligned(np.float32, QUANTUM)
    row[:] = values
    return row


def test_energy_is_the_sum_of_squares_in_the_order_of_one_tree(rng: np.random.Generator) -> None:
    row = row_of(rng.normal(size=QUANTUM))
    sums = (row * row).reshape(8, 8)
    while len(sums) > 1:  # neighbouring vectors of eight
        sums = sums[::2] + sums[1::2]
    (total,) = sums
    while total.size > 1:  # then the halves of the last vector
        total = total[: total.size // 2] + total[total.size // 2 :]

    assert np.float32(meter.energy(address(row))) == total[0]


@pytest.mark.parametrize("at", [0, 7, 8, 63])
def test_the_peak_is_the_largest_magnitude_wherever_it_lies(rng: np.random.Generator, at: int) -> None:
    row = row_of(rng.uniform(-0.5, 0.5, QUANTUM))
    row[at] = -0.75

    assert meter.peak_of(address(row)) == 0.75


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_energy_is_not_finite_if_a_sample_is_not(bad: float) -> None:
    row = row_of(np.zeros(QUANTUM))
    row[13] = bad

    assert not np.isfinite(meter.energy(address(row)))


def test_a_row_is_measured_in_one_pass(rng: np.random.Generator) -> None:
    row, kept = row_of(rng.normal(size=QUANTUM)), np.array([0.25, 2.0], np.float32)
    meter.measure_row(address(row), kept.ctypes.data, kept.ctypes.data + 4, np.float32(0.5))

    assert kept[0] == meter.peak_of(address(row))
    assert kept[1] == np.float32(2.0) + (meter.energy(address(row)) / np.float32(64.0) - np.float32(2.0)) / 2
    assert meter.least_of(address(row)) == row.min()


def test_the_energy_of_two_rows_is_that_of_each() -> None:
    rows = aligned(np.float32, 2, QUANTUM)
    rows[0], rows[1] = 0.5, 0.25

    assert meter.energy_of_pair(address(rows)) == 64 * (0.25 + 0.0625)
