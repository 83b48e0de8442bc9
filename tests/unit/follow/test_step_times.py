import math

import pytest

from adaptive.follow.step_times import Delivery, StepTimes, rate_of_deliveries


def test_steps_are_kept_in_order_of_when_they_happened() -> None:
    steps = StepTimes()
    for at_s in (1.0, 2.2, 1.6):
        steps.take(at_s, 2.5, is_timed=True)

    assert steps.times == [1.0, 1.6, 2.2]


def test_a_step_that_comes_twice_is_one() -> None:
    steps = StepTimes()

    assert steps.take(1.0, 1.0, is_timed=True)
    assert not steps.take(1.01, 1.1, is_timed=True)
    assert steps.times == [1.0]


@pytest.mark.parametrize("at_s", [math.nan, 39.9, 51.0])
def test_a_step_too_old_or_from_the_future_is_not_used(at_s: float) -> None:
    assert not StepTimes().take(at_s, 50.0, is_timed=True)


def test_a_step_of_ten_seconds_ago_is_used() -> None:
    assert StepTimes().take(40.0, 50.0, is_timed=True)


def deliver(counts: list[int], spacing_s: float) -> StepTimes:
    steps = StepTimes()
    for i, count in enumerate(counts):
        for _ in range(count):
            steps.take(1.0 + spacing_s * i, 1.0 + spacing_s * i, is_timed=False)
    return steps


def test_several_steps_at_once_are_a_batch() -> None:
    assert deliver([1, 3, 2, 3], 1.0).is_batched
    assert deliver([2, 3], 1.0).is_batched
    assert not deliver([1] * 10, 0.375).is_batched


def test_steps_that_are_all_sent_twice_are_no_batch() -> None:
    assert not deliver([2] * 10, 0.375).is_batched


def test_one_duplicate_makes_no_batch() -> None:
    assert not deliver([1, 1, 1, 1, 2, 1, 1, 1], 0.375).is_batched


def test_a_source_that_sends_single_steps_again_is_no_longer_batched() -> None:
    steps = deliver([3, 2, 3], 1.0)
    for i in range(12):
        steps.take(5.0 + 0.375 * i, 5.0 + 0.375 * i, is_timed=False)

    assert not steps.is_batched


def test_the_rate_of_deliveries_is_that_of_the_steps() -> None:
    counts = [3, 3, 2] * 10
    deliveries = [Delivery(float(i), count) for i, count in enumerate(counts)]

    assert rate_of_deliveries(deliveries) == pytest.approx(160.0, rel=0.003)
    assert rate_of_deliveries(deliveries[:5]) is None
    assert rate_of_deliveries([]) is None


def test_a_few_large_deliveries_are_enough_for_a_rate() -> None:
    deliveries = [Delivery(10.0 * i, 27 if i % 2 else 26) for i in range(6)]

    assert rate_of_deliveries(deliveries[:3]) is None
    assert rate_of_deliveries(deliveries) == pytest.approx(159.0, rel=0.01)
