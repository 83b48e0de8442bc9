from __future__ import annotations

import numpy as np
import pytest

from adaptive.composer.feel.ensemble_clock import DECAY, level, wander


def autocorrelation(values: np.ndarray, lag: int) -> float:
    return float(np.corrcoef(values[:-lag], values[lag:])[0, 1])


def test_the_clock_has_a_standard_deviation_of_one_and_forgets_as_it_says() -> None:
    values = np.concatenate([wander(3, bar, 16) for bar in range(200)])

    assert 0.9 < values.std() < 1.1
    assert autocorrelation(values, 1) == pytest.approx(DECAY, abs=0.05)
    assert autocorrelation(values, 8) == pytest.approx(DECAY**8, abs=0.08)


def test_a_bar_is_found_without_those_before_it_and_joins_them() -> None:
    wander.cache_clear()
    late = wander(3, 50, 16)
    before = wander(3, 49, 16)

    assert wander(3, 50, 16) == late
    assert abs(late[0] - DECAY * before[-1]) < 4.0 * (1.0 - DECAY * DECAY) ** 0.5
    assert wander(4, 50, 16) != late


@pytest.mark.parametrize("steps", [1, 7, 12, 20])
def test_every_meter_has_a_clock(steps: int) -> None:
    assert len(wander(1, 0, steps)) == steps


def test_bars_are_louder_and_softer_in_turn_slowly() -> None:
    values = np.array([level(2, bar) for bar in range(400)])

    assert 0.8 < values.std() < 1.2
    assert autocorrelation(values, 1) > 0.6
