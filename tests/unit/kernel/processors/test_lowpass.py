from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp import ramps
from adaptive.kernel.layout import LANES, PAIRS, QUANTUM
from adaptive.kernel.processors import lowpass
from adaptive.kernel.processors.lowpass_record import LANE_FILTER
from tests.reference import naive

F32, I64 = np.float32, np.int64
RATE = F32(48000.0)
QUANTA = 8
CUTOFFS = [100.0 * 2.0**column for column in range(PAIRS)]


@pytest.fixture
def filters() -> np.ndarray:
    """Filters of eight pairs, each with its own cutoff, on."""
    made = aligned(LANE_FILTER, 1)
    for column, cutoff_hz in enumerate(CUTOFFS):
        ramps.set_filter(made[0], I64(column), F32(min(cutoff_hz, 18000.0)), RATE)
    made[0]["is_on"] = 1
    return made


def filtered(filters: np.ndarray, audio: np.ndarray) -> np.ndarray:
    """What sixteen channels become, quantum by quantum."""
    rows, out = aligned(np.float32, LANES, QUANTUM), []
    for first in range(0, audio.shape[1], QUANTUM):
        rows[:] = audio[:, first : first + QUANTUM]
        lowpass.filter_rows(address(filters), address(rows))
        out.append(rows.copy())
    return np.concatenate(out, axis=1)


@pytest.fixture
def noise(rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(-0.5, 0.5, (LANES, QUANTA * QUANTUM)).astype(np.float32)


def test_every_channel_is_filtered_with_its_own_cutoff(filters: np.ndarray, noise: np.ndarray) -> None:
    filters[0]["low"] = noise[:, 0]  # the twin is settled on the first frame
    audio = filtered(filters, noise)
    for lane in range(LANES):
        expected = naive.low_pass(noise[lane], min(CUTOFFS[lane // 2], 18000.0))
        np.testing.assert_allclose(audio[lane], expected, atol=2e-5)


def test_a_channel_whose_filter_is_off_passes_unchanged(filters: np.ndarray, noise: np.ndarray) -> None:
    filters[0]["is_on"][5] = 0
    audio = filtered(filters, noise)

    np.testing.assert_array_equal(audio[5], noise[5])
    assert not np.array_equal(audio[4], noise[4])


def test_a_filter_that_moves_changes_no_other_channel_by_a_bit(
    filters: np.ndarray, noise: np.ndarray
) -> None:
    moving = aligned(LANE_FILTER, 1)
    moving[:] = filters
    ramps.aim_filter(moving[0], I64(2), F32(9000.0), RATE, I64(QUANTUM))
    still, moved = filtered(filters, noise[:, :QUANTUM]), filtered(moving, noise[:, :QUANTUM])
    others = [lane for lane in range(LANES) if lane // 2 != 2]

    np.testing.assert_array_equal(still[others], moved[others])
    assert not np.array_equal(still[4], moved[4])


def test_the_state_of_a_broken_lane_is_cleared_and_no_other(filters: np.ndarray) -> None:
    filters[0]["low"], filters[0]["band"] = 0.25, 0.125
    filters[0]["low"][3], filters[0]["band"][9] = np.nan, 1e7
    lowpass.forget_broken(filters[0])

    assert [lane for lane in range(LANES) if filters[0]["low"][lane] == 0.0] == [3, 9]
    assert [lane for lane in range(LANES) if filters[0]["band"][lane] == 0.0] == [3, 9]
