import math

import pytest

from adaptive.follow.cadence import FROZEN_READINGS, Cadence, CadenceEstimator

RANGE = (148.0, 174.0)


def heard(values: list[float], spacing_s: float = 1.0, **options: float) -> CadenceEstimator:
    estimator = CadenceEstimator(RANGE, **options)  # type: ignore[arg-type]
    for i, value in enumerate(values):
        estimator.take(spacing_s * i, value)
    return estimator


def texts(estimator: CadenceEstimator) -> list[str]:
    return [note.text for note in estimator.health.pop()]


def test_nothing_is_known_before_the_first_reading() -> None:
    assert CadenceEstimator(RANGE).now(5.0) == Cadence(None)


def test_a_change_is_followed_by_its_second_reading() -> None:
    assert heard([160.0] * 20 + [166.0] * 2).now(21.0).spm == pytest.approx(166.0)
    assert heard([160.0] * 20 + [172.0]).now(20.0).spm == pytest.approx(172.0)


def test_one_stray_reading_changes_nothing() -> None:
    estimator = heard([160.0] * 10 + [200.0] + [160.0] * 3)

    assert estimator.now(13.0).spm == 160.0
    assert texts(estimator) == ["cadence: 200 for one reading is left out"]


@pytest.mark.parametrize("value", [1000.0, math.nan, math.inf, -5.0])
def test_what_is_no_cadence_is_left_out(value: float) -> None:
    estimator = heard([160.0, 160.0, value])

    assert estimator.now(2.0).spm == 160.0
    assert "is no cadence; it is left out" in texts(estimator)[0]


def test_a_zero_between_readings_is_no_stop() -> None:
    estimator = heard([160.0, 160.0, 0.0, 0.0, 160.0, 160.0])

    assert estimator.now(5.0) == Cadence(160.0)
    assert texts(estimator) == ["cadence: 0 between readings is no stop"]


def test_zeros_that_last_are_a_stop_and_the_cadence_stays() -> None:
    estimator = heard([160.0, 160.0, 0.0, 0.0, 0.0, 0.0])

    assert estimator.now(5.0) == Cadence(160.0, is_standing=True)
    assert texts(estimator) == ["cadence: 0 for 3 s: the runner stands"]

    estimator.take(6.0, 90.0)
    estimator.take(7.0, 168.0)
    estimator.take(8.0, 168.0)

    assert estimator.now(8.0) == Cadence(168.0)


def test_a_single_zero_of_a_slow_sensor_is_no_stop() -> None:
    assert not heard([160.0, 160.0, 0.0], 6.0).now(17.0).is_standing
    assert heard([160.0, 160.0, 0.0, 0.0], 6.0).now(18.0).is_standing


def test_a_gap_is_silence_only_after_several_of_the_sensors_own_spacings() -> None:
    fast, slow = heard([160.0] * 5, 1.0, stale_after_s=6.0), heard([160.0] * 5, 6.0, stale_after_s=6.0)

    assert fast.now(4.0 + 6.1).is_silent
    assert not slow.now(24.0 + 14.9).is_silent
    assert slow.now(24.0 + 15.1) == Cadence(160.0, is_silent=True)
    assert texts(slow) == ["cadence: no reading for 15 s to follow"]


def test_two_sensors_that_disagree_do_not_pull_the_tempo_to_and_fro() -> None:
    estimator = heard([168.0] * 10 + [156.0, 168.0] * 20)

    assert estimator.now(50.0).spm == pytest.approx(168.0, rel=0.005)
    assert texts(estimator) == ["cadence: two sensors disagree, 168 and 156; the first is kept"]


def test_duplicates_and_readings_from_the_past_are_left_out() -> None:
    estimator = heard([160.0, 160.0])
    estimator.take(1.0, 160.0)
    assert texts(estimator) == []

    estimator.take(0.5, 200.0)

    assert texts(estimator) == ["cadence: a reading is older than the one before it"]
    assert estimator.now(1.0).spm == 160.0


def test_a_value_that_never_changes_is_reported_and_kept() -> None:
    estimator = heard([161.0] * (FROZEN_READINGS + 30))

    assert estimator.now(130.0).spm == 161.0
    assert texts(estimator) == ["cadence: 161 for 120 s although it is sent; it may be frozen"]


def test_a_new_average_begins_where_a_programme_goes_on() -> None:
    estimator = heard([160.0, 160.0, 160.0, 163.0])
    estimator.forget_average()
    estimator.take(4.0, 164.0)

    assert estimator.now(4.0).spm == pytest.approx(164.0)


def test_two_stray_readings_in_a_row_change_nothing() -> None:
    assert heard([165.0] * 10 + [205.0, 205.0] + [165.0] * 2).now(13.0).spm == pytest.approx(165.0)
    assert heard([165.0] * 10 + [205.0] * 3).now(12.0).spm == pytest.approx(205.0)
    assert heard([165.0] * 10 + [205.0] * 2, 6.0).now(66.0).spm == pytest.approx(205.0)


def test_a_zero_that_was_clamped_to_the_range_is_a_zero() -> None:
    estimator = heard([160.0, 160.0, 60.0, 160.0, 160.0, 60.0, 60.0, 60.0, 60.0], least_spm=60.0)

    assert estimator.now(8.0) == Cadence(160.0, is_standing=True)
    assert "cadence: 0 between readings is no stop" in texts(estimator)


def test_of_two_sensors_the_frozen_one_is_left_out_once_the_other_has_passed_it() -> None:
    good = [172.0 - 0.25 * n for n in range(60)] + [157.0 + n % 3 for n in range(90)]
    estimator = heard([value for reading in good for value in (164.0, reading)], 0.5)

    assert estimator.now(75.0).spm == pytest.approx(158.0, rel=0.005)
    assert "cadence: two sensors disagree; the one that always sends 164 is left out" in texts(estimator)


def test_a_treadmill_beside_a_constant_sensor_keeps_the_first() -> None:
    assert heard([168.0] * 10 + [156.0, 168.0] * 60).now(130.0).spm == pytest.approx(168.0)
