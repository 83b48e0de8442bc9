from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp import one_pole
from adaptive.kernel.layout import QUANTUM

F32 = np.float32
ROWS = 4


@pytest.fixture
def audio(rng: np.random.Generator) -> np.ndarray:
    """Four quanta that follow each other."""
    rows = aligned(np.float32, ROWS, QUANTUM)
    rows[:] = rng.uniform(-1.0, 1.0, rows.shape)
    return rows


@pytest.mark.parametrize("pole", [0.5, 0.99, 0.9993455])
def test_the_high_pass_is_its_recursion_from_row_to_row(audio: np.ndarray, pole: float) -> None:
    x, y, expected = 0.0, 0.0, []
    for value in audio.ravel().astype(float):
        y = value - x + pole * y
        x = value
        expected.append(y)
    before = last = F32(0.0)
    for row in audio:
        end = row[-1]
        last = F32(one_pole.high_pass(address(row), F32(pole), before, last))
        before = end

    np.testing.assert_allclose(audio.ravel(), expected, atol=2e-5)
    assert last == audio[-1, -1]


def test_the_low_cut_takes_the_low_pass_from_the_mean_of_two_rows(audio: np.ndarray) -> None:
    share, low, expected = 0.02, 0.25, []
    for left, right in audio[:2].T.astype(float):
        x = (left + right) / 2
        low += share * (x - low)
        expected.append(x - low)
    out = aligned(np.float32, QUANTUM)
    state = one_pole.low_cut(address(out), address(audio), F32(share), F32(0.25))

    np.testing.assert_allclose(out, expected, atol=1e-6)
    assert low == pytest.approx(state, abs=1e-6)


def test_a_released_gain_falls_at_once_and_recovers_by_its_share(rng: np.random.Generator) -> None:
    kept, gain, expected = 0.999, 0.9, []
    least = aligned(np.float32, QUANTUM)
    least[:] = np.where(rng.random(QUANTUM) < 0.1, rng.uniform(0.2, 1.0, QUANTUM), 1.0)
    for limit in least.astype(float):
        gain = min(limit, 1.0 + kept * (gain - 1.0))
        expected.append(gain)
    out = aligned(np.float32, QUANTUM)
    last = one_pole.release_row(address(out), address(least), F32(kept), F32(0.9))

    np.testing.assert_allclose(out, expected, atol=1e-6)
    assert np.all(out <= least)
    assert last == out[-1]
