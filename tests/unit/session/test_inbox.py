from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.conductor.messages import FireEvent, SetState
from adaptive.inputs.message import SetParameter, Transaction
from adaptive.inputs.trace import TraceLine
from adaptive.session.inbox import Inbox
from adaptive.session.live_options import LiveStatus
from adaptive.session.performance import Performance
from adaptive.session.receipts import Receipts
from adaptive.session.reload.replace import PresetReplacer
from tests.helpers.presets import two_sections


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    more = '[parameters.threat]\n[stingers.hit]\nstem = "blow.wav"\n'
    host: Any = SimpleNamespace(
        client_times=None,
        performance=Performance(two_sections(tmp_path / "small", more=more)), status=LiveStatus(),
        receipts=Receipts(lambda frame: frame), is_recording=False,
    )  # fmt: skip
    return Inbox(host, PresetReplacer(host, None), None)  # type: ignore[arg-type]


def test_what_comes_before_the_first_frame_belongs_to_the_beginning_except_events(inbox: Inbox) -> None:
    requests = [SetParameter("threat", 0.5, seconds=2.0), SetState("section", "fight"), FireEvent("hit")]
    inbox.receive(Transaction(requests), None)
    beginning = inbox.take_beginning()

    assert dict(beginning.values) == {"threat": 0.5}
    assert list(beginning.messages) == [SetState("section", "fight")]
    assert inbox.take_messages(0) == [FireEvent("hit")]
    assert inbox.take_messages(1) == []
    assert len(inbox.ramps) == 0


def test_a_trace_is_played_beside_what_comes_in(inbox: Inbox) -> None:
    inbox.take_beginning()
    lines = [TraceLine(0, (("threat", 0.25), ("gone", 1.0)), ()), TraceLine(256, (), (FireEvent("hit"),))]
    inbox.feed(lines)
    inbox.receive(Transaction([SetState("section", "calm")]), None)

    assert inbox.take_messages(0) == [SetState("section", "calm")]
    assert inbox.take_messages(1) == [FireEvent("hit")]


def test_a_parameter_with_seconds_ramps_and_the_others_of_its_transaction_do_not(inbox: Inbox) -> None:
    inbox.take_beginning()
    inbox.receive(Transaction([SetParameter("threat", 1.0, seconds=1.0), SetState("section", "fight")]), None)
    assert len(inbox.ramps) == 1
    inbox.receive(Transaction([SetParameter("threat", 0.0)]), None)

    assert len(inbox.ramps) == 0
    assert inbox.take_messages(0) == [SetState("section", "fight")]
    inbox.go_on(inbox._host.performance, None)
    assert inbox.take_messages(1) == []
