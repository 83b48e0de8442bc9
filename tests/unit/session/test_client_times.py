from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.conductor.messages import SetOutputLatency, TakeSteps
from adaptive.follow.client_clock import ClockExchange
from adaptive.inputs.follow_checks import ExchangeClock, StampedSteps
from adaptive.session.client_times import ClientTimes

RATE = 48000
LATENCY_FRAMES = 4800


class AClient:
    """Stands for a connection."""


@pytest.fixture
def host() -> Any:
    engine = SimpleNamespace(spec=SimpleNamespace(sample_rate=RATE), frame=0)
    return SimpleNamespace(
        performance=SimpleNamespace(engine=engine), heard=lambda frame: frame + LATENCY_FRAMES, now_s=50.0
    )


@pytest.fixture
def times(host: Any) -> ClientTimes:
    times = ClientTimes(host, lambda: host.now_s)
    times.observe()
    return times


def test_an_exchange_is_answered_with_our_times(host: Any, times: ClientTimes) -> None:
    client: Any = AClient()

    assert times.exchange(ExchangeClock(3.0, id="a"), client) == {
        "clock": {"sent_s": 3.0, "received_s": 50.0, "answered_s": 50.0}, "id": "a",
    }  # fmt: skip


def test_a_step_that_is_stamped_by_a_known_clock_gets_the_frame_at_which_it_happened(
    host: Any, times: ClientTimes
) -> None:
    client: Any = AClient()
    times.exchange(ExchangeClock(13.1, ClockExchange(13.0, 50.02, 50.02, 13.04)), client)
    host.now_s, host.performance.engine.frame = 52.0, 2 * RATE
    times.observe()
    found = times.arrived(StampedSteps("step", (14.0, 14.4)), client)

    # the client's 14.0 is our 51.0, a second after frame 0 was rendered
    assert found.ages_s == pytest.approx((1.0 * RATE, 1.4 * RATE), abs=1.0)
    assert found.is_timed
    assert times.aged(found, 375).ages_s == pytest.approx((1.0, 0.6), abs=1e-4)


def test_an_age_counts_from_the_arrival(host: Any, times: ClientTimes) -> None:
    host.now_s, host.performance.engine.frame = 51.0, RATE
    times.observe()
    found = times.arrived(TakeSteps("step", (0.25,), True), None)

    assert found.ages_s == pytest.approx((0.75 * RATE,), abs=1.0)


def test_the_latency_of_the_card_is_added_to_what_lies_behind_it(host: Any, times: ClientTimes) -> None:
    assert times.is_latency_new()
    assert not times.is_latency_new()
    times.tell_again()
    assert times.is_latency_new()
    assert times.whole_latency(SetOutputLatency(220.0)).milliseconds == pytest.approx(320.0)
    assert times.heard_s(0) == pytest.approx(50.32)
    assert not times.is_latency_new()
