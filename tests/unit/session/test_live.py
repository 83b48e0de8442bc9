from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.conductor.messages import FireEvent, SetState
from adaptive.inputs.json_requests import read_json
from adaptive.inputs.message import NoReading, SetParameter, SetPaused, SetVolume, Transaction
from adaptive.session import inbox, live
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.performance import Performance
from tests.helpers.presets import two_sections

MORE = '[parameters.threat]\n[parameters.heat]\n[stingers.hit]\nstem = "blow.wav"\n'
CONTROL_STEP = 256


class FakeClient:
    """A connection that records what it is sent."""

    def __init__(self) -> None:
        self.sender, self.topics = "a client", frozenset({"receipt"})
        self.sent: list[dict[str, Any]] = []

    def send(self, document: dict[str, Any]) -> None:
        self.sent.append(document)

    def receipts(self, message_id: str) -> list[str]:
        return [sent["status"] for sent in self.sent if sent.get("receipt") == message_id]


@pytest.fixture
def session(tmp_path: Path) -> LiveSession:
    """A session without sockets and without a sink."""
    performance = Performance(two_sections(tmp_path / "small", more=MORE))
    made = LiveSession(performance, LiveOptions(), lambda _engine, _broadcast: SimpleNamespace())  # type: ignore[arg-type, return-value]
    made._watch_performance()
    performance.begin()
    return made


def run(session: LiveSession, control_steps: int) -> None:
    for _ in range(control_steps):
        session.performance.engine.pull(CONTROL_STEP)
        session._run_due_steps()


def targets(session: LiveSession) -> dict[str, float]:
    performance = session.performance
    return {name: pair[0] for name, pair in performance.engine.targets(performance.layout.parameters).items()}


def receive(session: LiveSession, client: FakeClient, *requests: Any) -> None:
    session.receive(Transaction(list(requests)), client)  # type: ignore[arg-type]


def test_one_parameter_and_several_act_from_the_next_quantum_on(session: LiveSession) -> None:
    client = FakeClient()
    receive(session, client, SetParameter("threat", 0.25, "a"))
    session.performance.engine.pull(64)
    alone = targets(session)
    receive(session, client, SetParameter("threat", 0.5), SetParameter("heat", 0.75, "b"))
    session.performance.engine.pull(64)

    assert alone == {"threat": 0.25, "heat": 0.0}
    assert targets(session) == {"threat": 0.5, "heat": 0.75}
    assert client.receipts("a") == client.receipts("b") == ["accepted", "finished"]


def test_a_clamped_value_is_said_in_its_receipt_and_counted(session: LiveSession) -> None:
    client = FakeClient()
    receive(session, client, SetParameter("threat", 1.0, "a", is_clamped=True))
    receive(session, client, SetVolume(0.0, "v", is_clamped=True))

    assert [sent["reason"] for sent in client.sent if sent["status"] == "accepted"] == [
        "clamped to 1", "clamped to 0",
    ]  # fmt: skip
    assert session.clamp_report.count == 2


def test_a_plain_value_needs_no_request_and_one_out_of_range_does(session: LiveSession) -> None:
    assert not session.set_plain("threat", 0.5)  # it belongs to the beginning yet
    session._take_beginning()
    asked = [session.set_plain("threat", 0.25), session.set_plain("heat", 1.5), session.set_plain("x", 0.5)]
    session.performance.engine.pull(64)

    assert asked == [True, False, False]
    assert targets(session) == {"threat": 0.25, "heat": 0.0}


def test_two_groups_in_one_state_are_answered_once(tmp_path: Path) -> None:
    body = MORE + '[states.sky]\nvalues = ["sun", "rain"]\n[states.sea]\nvalues = ["calm", "rough"]\n'
    performance = Performance(two_sections(tmp_path / "small", more=body))
    session = LiveSession(performance, LiveOptions(), lambda _engine, _broadcast: SimpleNamespace())  # type: ignore[arg-type, return-value]
    session._take_beginning()
    session._watch_performance()
    performance.begin()
    client = FakeClient()
    transaction = read_json({"state": {"sky": "rain", "sea": "calm"}, "id": "s"}, session.checker)
    session.receive(transaction, client)  # type: ignore[arg-type]
    run(session, 4)

    assert client.receipts("s") == ["accepted", "finished"]
    assert len(session.receipts) == 0


def test_a_number_that_is_no_reading_leaves_the_value_and_is_told_to_who_asks(session: LiveSession) -> None:
    client = FakeClient()
    receive(session, client, SetParameter("threat", 0.25))
    receive(session, client, NoReading("threat", 0.0, "a"), SetParameter("heat", 0.5))
    session.performance.engine.pull(64)

    assert targets(session) == {"threat": 0.25, "heat": 0.5}
    assert client.receipts("a") == ["dropped"]
    assert client.sent[0]["reason"] == "0 is no reading of threat"


def test_clients_that_use_the_same_id_get_their_own_receipts(session: LiveSession) -> None:
    one, two = FakeClient(), FakeClient()
    receive(session, one, FireEvent("hit", id="same"))
    receive(session, two, SetState("section", "calm", "same"))
    run(session, 4)

    assert one.receipts("same")[0] == "accepted"
    assert two.receipts("same") == ["merged"]


def test_messages_beyond_the_limit_are_dropped_and_counted(
    session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_MESSAGES", 1)
    client = FakeClient()
    receive(session, client, SetState("section", "fight", "a"), SetState("section", "calm", "b"))

    assert (client.receipts("a"), client.receipts("b")) == ([], ["dropped"])
    assert session.status.dropped == 1


def test_another_performance_keeps_volume_and_pause_and_drops_what_the_old_one_was_asked(
    session: LiveSession, tmp_path: Path
) -> None:
    client = FakeClient()
    receive(session, client, SetVolume(0.5), SetPaused(is_paused=True), SetState("section", "fight", "a"))
    other = session.performance.successor(two_sections(tmp_path / "other"), 0)
    session.adopt(other)

    assert float(other.engine.memory.head["volume_wanted"]) == 0.25
    assert session.greeting()["hello"]["now"]["is_paused"]
    assert client.receipts("a") == ["dropped"]
    assert session.performance is other


def test_a_stall_runs_all_control_steps_in_bounded_portions(session: LiveSession) -> None:
    session.performance.engine.pull(CONTROL_STEP * (live.MOST_STEPS_AT_ONCE + 3))
    session._run_due_steps()
    first = session.performance.next_control_step
    session._run_due_steps()

    assert (first, session.performance.next_control_step) == (64, 67)


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("", {"section": "calm"}),
        ('[[select]]\nsection = "fight"\nwhen = "threat > 0.5"\n', {}),
        ('[[select]]\nsection = "fight"\nwhen = "section == \'fight\'"\n', {"section": "calm"}),
        ('[states.place]\nvalues = ["inn"]\n[[select]]\nsection = "calm"\n', {"place": "inn"}),
    ],
)
def test_hello_declares_the_states_that_it_says_the_value_of(
    tmp_path: Path, select: str, expected: dict[str, str]
) -> None:
    performance = Performance(two_sections(tmp_path / "small", more=MORE + select))
    made = LiveSession(performance, LiveOptions(), lambda _engine, _broadcast: SimpleNamespace())  # type: ignore[arg-type, return-value]
    performance.begin()
    hello = made.greeting()["hello"]

    assert hello["now"]["states"] == expected
    assert {name: group["default"] for name, group in hello["states"].items()} == expected
