from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.preset.readings import NoReadings
from adaptive.preset.schema import OutOfBounds

SINGLE_MAX = float(np.finfo(np.float32).max)


def test_listed_numbers_are_no_readings_and_their_neighbours_are() -> None:
    none = NoReadings((0.0, 255.0, -1.0))

    assert all(number in none for number in (0, 0.0, -0.0, 255, 255.0, -1))
    assert not any(number in none for number in (1, 0.001, 254.9, -1.5, 256, math.inf))


def test_numbers_out_of_bounds_are_no_readings_and_the_bounds_are() -> None:
    both = NoReadings(OutOfBounds(below=30.0, above=230.0))
    below, above = NoReadings(OutOfBounds(below=30.0)), NoReadings(OutOfBounds(above=230.0))

    assert [number in both for number in (29.99, 30, 100, 230, 230.1)] == [True, False, False, False, True]
    assert [number in below for number in (29, 30, 1e30)] == [True, False, False]
    assert [number in above for number in (-1e30, 230, 231)] == [False, False, True]


def test_without_the_key_every_number_is_a_reading() -> None:
    assert not NoReadings(())
    assert not any(number in NoReadings(()) for number in (0, 1e30, -5.5))


@pytest.mark.parametrize("number", [0.1, -9999.9, SINGLE_MAX, 4294967295.0])
def test_a_number_is_recognised_after_32_bits_have_rounded_it(number: float) -> None:
    assert float(np.float32(number)) in NoReadings((number,))
    assert number in NoReadings((float(np.float32(number)),))


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_what_holds_of_a_number_holds_of_it_as_a_recording_keeps_it(
    number: float, below: float, above: float
) -> None:
    with np.errstate(over="ignore"):
        kept = float(np.float32(number))
    for none in (NoReadings((below, above)), NoReadings(OutOfBounds(below, above))):
        assert (number in none) == (kept in none)


@pytest.mark.parametrize(
    ("ignore", "expected"),
    [
        ((), False),
        ((0.0, 1.0), False),
        (OutOfBounds(below=1.0), False),  # 1 is left
        (OutOfBounds(below=1.5), True),
        (OutOfBounds(above=-0.5), True),
        (OutOfBounds(below=0.6, above=0.4), True),
        (OutOfBounds(below=0.5, above=0.5), False),
    ],
)
def test_it_says_whether_a_range_is_ignored_as_a_whole(
    ignore: tuple[float, ...] | OutOfBounds, expected: bool
) -> None:
    assert NoReadings(ignore).leave_nothing_of(0.0, 1.0) == expected
