import math

import numpy as np
import pytest

from adaptive.follow.client_clock import ClientClock, ClockExchange

DRIFT = 40e-6


def client(our_s: float) -> float:
    return (1.0 + DRIFT) * our_s + 37.5


def exchange(at_s: float, there_s: float, back_s: float) -> ClockExchange:
    return ClockExchange(client(at_s), at_s + there_s, at_s + there_s, client(at_s + there_s + back_s))


def test_nothing_is_known_before_the_first_exchange() -> None:
    clock = ClientClock()

    assert clock.to_ours(1.0) is None
    assert clock.to_client(1.0) is None
    assert not clock.is_known


def test_one_exchange_gives_the_offset() -> None:
    clock = ClientClock()

    assert clock.take(exchange(10.0, 0.02, 0.02))
    assert clock.to_ours(client(10.02)) == pytest.approx(10.02, abs=1e-6)
    assert clock.to_client(10.02) == pytest.approx(client(10.02), abs=1e-6)


def test_jitter_and_drift_of_a_loopback_are_estimated_to_two_milliseconds() -> None:
    rng, errors = np.random.default_rng(1), []
    clock = ClientClock()
    for k in range(120):
        clock.take(exchange(float(k), 0.0003 + 0.02 * rng.random(), 0.0003 + 0.02 * rng.random()))
        found = clock.to_ours(client(k + 0.5))
        assert found is not None
        if k >= 10:
            errors.append(1000.0 * (found - (k + 0.5)))

    assert math.sqrt(sum(e * e for e in errors) / len(errors)) <= 2.0
    assert clock.drift == pytest.approx(-DRIFT, abs=60e-6)


def test_what_cannot_be_true_is_refused() -> None:
    clock = ClientClock()

    assert not clock.take(ClockExchange(10.0, 1.0, 2.0, 10.5))
    assert not clock.take(ClockExchange(math.nan, 1.0, 1.0, 10.5))
    assert not clock.is_known


def test_a_clock_that_was_set_back_is_learnt_anew() -> None:
    clock = ClientClock()
    clock.take(exchange(10.0, 0.01, 0.01))
    clock.take(ClockExchange(5.0, 20.01, 20.01, 5.02))

    assert clock.to_ours(5.01) == pytest.approx(20.01)


def test_without_an_exchange_the_fastest_message_counts() -> None:
    clock = ClientClock()
    for stamp, delay in ((1.0, 0.3), (2.0, 0.05), (3.0, 0.2)):
        clock.arrive(stamp, stamp + 100.0 + delay)

    assert clock.to_ours(4.0) == pytest.approx(104.05)
    assert clock.to_client(104.05) == pytest.approx(4.0)
