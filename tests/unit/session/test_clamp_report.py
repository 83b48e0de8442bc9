from __future__ import annotations

from adaptive.conductor.messages import SetSteer
from adaptive.inputs.message import SetParameter, SetVolume, Transaction
from adaptive.session.clamp_report import MOST_REMEMBERED, ClampReport


def clamped(*names: str) -> Transaction:
    return Transaction([SetParameter(name, 1.0, is_clamped=True) for name in names])


def test_each_is_counted_and_told_once_a_sender_and_parameter() -> None:
    told: list[str] = []
    watch = ClampReport(told.append)
    for _ in range(3):
        watch.look_at(clamped("threat"), "TCP from 127.0.0.1")
    watch.look_at(clamped("threat", "cadence"), "WebSocket from ::1")
    watch.look_at(Transaction([SetParameter("threat", 1.0)]), "TCP from 127.0.0.1")

    assert watch.count == 5
    assert told == [
        "TCP from 127.0.0.1 sends threat out of its range: it is clamped to 1",
        "WebSocket from ::1 sends threat out of its range: it is clamped to 1",
        "WebSocket from ::1 sends cadence out of its range: it is clamped to 1",
    ]


def test_volume_and_steering_are_told_as_parameters_are() -> None:
    told: list[str] = []
    steer = SetSteer((("density", 1.0), ("energy", 0.5), ("swing", None)), "lead", None, ("density",))
    ClampReport(told.append).look_at(Transaction([SetVolume(1.0, is_clamped=True), steer]), "TCP")

    assert told == [
        "TCP sends volume out of its range: it is clamped to 1",
        "TCP sends density of lead out of its range: it is clamped to 1",
    ]


def test_what_another_has_told_is_only_counted() -> None:
    told: list[str] = []
    watch = ClampReport(told.append)
    watch.look_at(clamped("threat"), None)

    assert (watch.count, told) == (1, [])


def test_a_million_senders_take_little_memory() -> None:
    told: list[str] = []
    watch = ClampReport(told.append)
    for number in range(3 * MOST_REMEMBERED):
        watch.look_at(clamped("threat"), f"TCP from {number}")

    assert len(watch._told) <= MOST_REMEMBERED
