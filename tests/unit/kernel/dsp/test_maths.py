from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adaptive.kernel.dsp import maths
from tests.reference import naive

F32 = np.float32
RATE = F32(48000.0)


def stated(function: Any) -> float:
    """Error a docstring promises."""
    found = re.search(r"error below (\d\S*e-\d+)", function.__doc__)

    assert found is not None
    return float(found[1])


def values(function: Callable[..., float], xs: np.ndarray, *more: Any) -> np.ndarray:
    return np.array([function(F32(x), *more) for x in xs], np.float64)


def test_exp2_keeps_its_stated_error_over_its_whole_range() -> None:
    xs = np.linspace(-126.0, 126.0, 20011, dtype=F32)
    exact = np.exp2(xs.astype(np.float64))
    error = np.abs(values(maths.exp2, xs) / exact - 1.0).max()

    assert error < stated(maths.exp2)


def test_exp2_of_a_whole_number_is_a_power_of_two() -> None:
    xs = np.arange(-126, 127)

    assert [float(2.0**x) for x in xs] == list(values(maths.exp2, xs))


def test_exp2_is_clamped_beyond_its_range() -> None:
    assert (maths.exp2(F32(-1e9)), maths.exp2(F32(1e9))) == (2.0**-126, 2.0**126)


def test_sine_keeps_its_stated_error_over_its_whole_range() -> None:
    xs = np.linspace(-np.pi / 2, np.pi / 2, 10007, dtype=F32)
    error = np.abs(values(maths.sine, xs) - np.sin(xs.astype(np.float64))).max()

    assert error < stated(maths.sine)


def test_cosine_keeps_its_stated_error_over_its_whole_range() -> None:
    xs = np.linspace(-np.pi / 2, np.pi / 2, 10007, dtype=F32)
    error = np.abs(values(maths.cosine, xs) - np.cos(xs.astype(np.float64))).max()

    assert error < stated(maths.cosine)


def test_a_level_in_decibels_becomes_its_gain_within_a_millionth() -> None:
    levels = np.linspace(-79.9, 40.0, 2003, dtype=F32)
    exact = 10.0 ** (levels.astype(np.float64) / 20.0)
    error = np.abs(values(maths.gain_of_db, levels) / exact - 1.0).max()

    assert error < 2e-6


@pytest.mark.parametrize("level_db", [-80.0, -80.1, -1000.0])
def test_minus_eighty_decibels_and_less_is_silence(level_db: float) -> None:
    assert maths.gain_of_db(F32(level_db)) == 0.0


def test_the_warp_of_a_filter_is_the_tangent_between_ten_hertz_and_nine_twentieths_of_the_rate() -> None:
    xs = np.geomspace(10.0, 0.45 * 48000, 1009, dtype=F32)
    exact = np.tan(np.pi * xs.astype(np.float64) / 48000)
    error = np.abs(values(maths.filter_warp, xs, RATE) / exact - 1.0).max()

    assert error < 2e-5


def test_the_warp_of_a_filter_is_clamped() -> None:
    lowest, highest = maths.filter_warp(F32(10.0), RATE), maths.filter_warp(F32(21600.0), RATE)

    assert (lowest, highest) == (
        maths.filter_warp(F32(0.0), RATE),
        maths.filter_warp(F32(1e9), RATE),
    )


def test_pan_keeps_the_power_and_is_unity_in_the_middle() -> None:
    for pan in np.linspace(-1.0, 1.0, 101):
        left, right = maths.pan_left(F32(pan)), maths.pan_right(F32(pan))
        wanted_left, wanted_right = naive.pan_gains(float(pan))

        assert wanted_left == pytest.approx(left, abs=6e-6)
        assert wanted_right == pytest.approx(right, abs=6e-6)
        assert left**2 + right**2 == pytest.approx(2.0, abs=2e-5)


def test_log2_keeps_its_stated_error_and_is_exact_at_powers_of_two() -> None:
    xs = np.geomspace(1 / 16, 16, 4001).astype(np.float32)
    error = np.abs(values(maths.log2, xs) - np.log2(xs.astype(np.float64))).max()

    assert error < 5e-7
    assert [float(maths.log2(F32(2.0**power))) for power in (-100, -1, 0, 1, 100)] == [-100, -1, 0, 1, 100]
