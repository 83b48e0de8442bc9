from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp import ramps
from adaptive.kernel.layout import EQUAL_POWER_IN, EQUAL_POWER_OUT, LINEAR, QUANTUM
from adaptive.kernel.processors.lowpass_record import LANE_FILTER
from tests.reference import naive

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


@pytest.mark.parametrize("shape", [LINEAR, EQUAL_POWER_IN, EQUAL_POWER_OUT])
@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (1.0, 0.0), (0.25, -3.0)])
def test_a_ramp_follows_its_shape_and_holds_at_both_ends(shape: int, start: float, end: float) -> None:
    for frame in range(90, 1200, 7):
        actual = ramps.ramp_at(
            F32(start), F32(end), np.int64(100), np.int64(1000), np.int32(shape), np.int64(frame)
        )
        wanted = naive.ramp(start, end, 100, 1000, shape, frame)

        assert wanted == pytest.approx(actual, abs=5e-6 * abs(end - start))


def test_two_equal_power_ramps_keep_the_power() -> None:
    for frame in range(0, 1001, 13):
        place = (np.int64(0), np.int64(1000))
        rising = ramps.ramp_at(F32(0), F32(1), *place, np.int32(EQUAL_POWER_IN), np.int64(frame))
        falling = ramps.ramp_at(F32(1), F32(0), *place, np.int32(EQUAL_POWER_OUT), np.int64(frame))

        assert rising**2 + falling**2 == pytest.approx(1.0, abs=1e-5)


def test_a_ramp_without_length_is_a_jump() -> None:
    place = (np.int64(5), np.int64(0), np.int32(LINEAR))

    assert ramps.ramp_at(F32(1), F32(2), *place, np.int64(5)) == 2.0
