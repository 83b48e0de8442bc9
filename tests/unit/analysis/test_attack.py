"""Laws of the refinement: an onset is found where it is perceived."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.attack import refine, weighted_median
from adaptive.analysis.samples import ANALYSIS_RATE_HZ


def test_a_slow_attack_is_found_where_it_has_risen_half_way() -> None:
    time_s = np.arange(ANALYSIS_RATE_HZ) / ANALYSIS_RATE_HZ
    ramp = np.clip((time_s - 0.5) / 0.016, 0.0, 1.0)
    noise = np.random.default_rng(1).standard_normal(len(time_s))

    (found_s,) = refine((0.1 * ramp * noise).astype(np.float32), np.array([0.5]))

    assert pytest.approx(found_s, abs=0.004) == 0.508


def test_a_weighted_median_of_an_even_split_is_the_middle() -> None:
    values, weights = np.array([[4.0, 1.0, 2.0]]), np.array([[1.0, 1.0, 0.0]])

    assert weighted_median(values, weights).tolist() == [2.5]


def test_a_time_without_a_rise_stays_as_it_is() -> None:
    silence = np.zeros(ANALYSIS_RATE_HZ, dtype=np.float32)

    assert refine(silence, np.array([0.5])).tolist() == [0.5]
