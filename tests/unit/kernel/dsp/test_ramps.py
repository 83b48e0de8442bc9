from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.memory import address, aligned
from adaptive.kernel.dsp import ramps
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.processors.lowpass_record import LANE_FILTER

F32 = np.float32
I64 = np.int64
RATE = F32(48000.0)


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    """Two rows of noise."""
    made = aligned(np.float32, 2, QUANTUM)
    made[:] = rng.uniform(-1.0, 1.0, made.shape)
    return made


def line(value: float, step: float, frames: int = QUANTUM) -> np.ndarray:
    return value + step * np.arange(frames)


def test_a_row_is_scaled_by_a_straight_line(rows: np.ndarray) -> None:
    expected = rows[0] * line(0.5, 0.01)
    ramps.scale_quantum(address(rows[0]), F32(0.5), F32(0.01))

    np.testing.assert_allclose(rows[0], expected, atol=1e-6)


def test_a_row_is_added_along_a_straight_line(rows: np.ndarray) -> None:
    expected = rows[0] + rows[1] * line(1.0, -0.01)
    ramps.add_quantum(address(rows[0]), address(rows[1]), F32(1.0), F32(-0.01))

    np.testing.assert_allclose(rows[0], expected, atol=1e-6)


@pytest.mark.parametrize("step", [0.0, 0.01])
@pytest.mark.parametrize("count", [0, 1, 37])
def test_a_piece_of_a_row_leaves_the_rest_alone(rows: np.ndarray, step: float, count: int) -> None:
    before = rows[0].copy()
    added = rows[1, :count] * line(0.5, step, count)
    ramps.add_line(address(rows[0]), address(rows[1]), I64(count), F32(0.5), F32(step))
    np.testing.assert_allclose(rows[0, :count], before[:count] + added, atol=1e-6)
    np.testing.assert_array_equal(rows[0, count:], before[count:])
    scaled = rows[0, :count] * line(0.5, step, count)
    ramps.scale_line(address(rows[0]), I64(count), F32(0.5), F32(step))

    np.testing.assert_allclose(rows[0, :count], scaled, atol=1e-6)
    np.testing.assert_array_equal(rows[0, count:], before[count:])


def test_a_filter_ramp_ends_at_the_coefficients_of_its_cutoff_and_then_stops() -> None:
    moving, there = np.zeros(1, LANE_FILTER)[0], np.zeros(1, LANE_FILTER)[0]
    ramps.set_filter(moving, I64(3), F32(500.0), RATE)
    ramps.set_filter(there, I64(3), F32(4000.0), RATE)
    ramps.aim_filter(moving, I64(3), F32(4000.0), RATE, I64(QUANTUM))
    for name in ("b1", "b2", "b3"):
        reached = moving[name][6:8] + QUANTUM * moving[f"{name}_step"][6:8]
        np.testing.assert_allclose(reached, there[name][6:8], rtol=1e-5)
    assert moving["is_moving"][3] == 1
    ramps.aim_filter(moving, I64(3), F32(4000.0), RATE, I64(QUANTUM))

    assert moving["is_moving"][3] == 0
    assert [float(moving[f"{name}_step"][6]) for name in ("b1", "b2", "b3")] == [0.0] * 3
    assert [moving[name][6] for name in ("b1", "b2", "b3")] == [there[name][6] for name in ("b1", "b2", "b3")]
