import pytest

from adaptive.follow.half_double import HalfDouble

RANGE = (148.0, 174.0)


def test_a_jump_by_two_is_the_same_runner() -> None:
    fold = HalfDouble(RANGE)

    assert [fold.fold(value) for value in (170.0, 85.0, 84.0, 170.0, 166.0)] == [170, 170, 168, 170, 166]


def test_a_fall_through_the_values_between_is_a_walk() -> None:
    fold = HalfDouble(RANGE)
    values = [168.0, 150.0, 130.0, 110.0, 95.0, 86.0, 80.0]

    assert [fold.fold(value) for value in values] == values


def test_a_walker_who_runs_is_not_halved() -> None:
    fold = HalfDouble(RANGE)

    assert [fold.fold(value) for value in (168.0, 130.0, 100.0, 80.0, 160.0)][-1] == 160.0


@pytest.mark.parametrize(("first", "folded"), [(85.0, 170.0), (160.0, 160.0), (110.0, 110.0), (90.0, 90.0)])
def test_the_first_value_is_folded_only_into_the_range(first: float, folded: float) -> None:
    assert HalfDouble(RANGE).fold(first) == folded


def test_after_a_stop_the_factor_stays_and_nothing_is_compared() -> None:
    fold = HalfDouble(RANGE)
    fold.fold(168.0)
    fold.forget_last()

    assert fold.fold(84.0) == 84.0


@pytest.mark.parametrize(("value", "folded"), [(83.0, 166.0), (170.0, 170.0), (88.0, 176.0), (100.0, 100.0)])
def test_after_a_stop_the_cadence_before_it_is_remembered(value: float, folded: float) -> None:
    fold = HalfDouble(RANGE)
    fold.fold(168.0)
    fold.forget_last(168.0)

    assert fold.fold(value) == folded


def test_a_stop_after_one_foot_may_end_with_both() -> None:
    fold = HalfDouble(RANGE)
    before = [fold.fold(value) for value in (168.0, 84.0)][-1]
    fold.forget_last(before)

    assert fold.fold(166.0) == 166.0


def test_a_count_by_one_foot_that_cannot_be_is_one_by_both() -> None:
    fold = HalfDouble(RANGE)

    assert [fold.fold(value) for value in (168.0, 84.0, 178.0, 178.0, 176.0)][-2:] == [178.0, 176.0]


def test_switched_off_it_changes_nothing() -> None:
    fold = HalfDouble(RANGE, is_on=False)

    assert [fold.fold(value) for value in (80.0, 160.0)] == [80.0, 160.0]
