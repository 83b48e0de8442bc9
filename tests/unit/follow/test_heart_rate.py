import math

import pytest

from adaptive.follow.heart_rate import HeartRate, zone_limits


def test_zones_are_shares_of_the_listeners_own_maximum() -> None:
    assert zone_limits(1, 200.0) == (100.0, 120.0)
    assert zone_limits(5, 200.0) == (180.0, 200.0)


def test_a_heart_rate_that_is_refused_is_left_out() -> None:
    heart = HeartRate()
    for at_s in range(10):
        heart.take(float(at_s), 132.0)
    for at_s in range(10, 60):
        heart.take(float(at_s), 167.0, is_refused=True)

    assert heart.now(60.0) == 132.0
    assert len(heart.health.pop()) == 1

    heart.take(60.0, 136.0)

    assert heart.now(60.0) == 136.0


def test_a_heart_rate_that_rises_step_by_step_is_kept() -> None:
    heart = HeartRate()
    for at_s in range(60):
        heart.take(float(at_s), 140.0 + at_s)

    assert heart.now(60.0) == 199.0
    assert heart.health.pop() == []


def test_a_leap_elsewhere_needs_a_second_reading() -> None:
    heart = HeartRate()
    heart.take(0.0, 120.0)
    heart.take(1.0, 150.0)
    assert heart.now(1.0) == 120.0

    heart.take(2.0, 151.0)

    assert heart.now(2.0) == 151.0


@pytest.mark.parametrize("value", [0.0, 255.0, math.nan])
def test_what_is_no_heart_rate_is_left_out(value: float) -> None:
    heart = HeartRate()
    heart.take(0.0, 120.0)
    heart.take(1.0, value)

    assert heart.now(1.0) == 120.0
    assert heart.now(30.0) is None
