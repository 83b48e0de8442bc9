"""A client at the WebSocket of OSCQuery: LISTEN, IGNORE, and what it is sent."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

from adaptive.inputs.lines import MOST_FAULTS, ToldMessage
from adaptive.inputs.osc_codec import decode, encode_message
from adaptive.session.oscquery.address_space import IMPULSE, READ, WRITE, AddressSpace, Method, Value
from adaptive.session.oscquery.query_client import MOST_NOTICES, QUIET_S, QueryClient

SPACE = AddressSpace(
    [
        Method("/adaptive/parameter/wind", "wind"),
        Method("/adaptive/parameter/rain", "rain"),
        Method("/adaptive/event/hit", "hit", IMPULSE, WRITE),
        Method("/adaptive/section", "section", "s", READ),
        Method("/adaptive/beat", "beat", "iifs", READ),
    ]
)
WIND, RAIN = "/adaptive/parameter/wind", "/adaptive/parameter/rain"


class Host:
    """A session that keeps what is reported."""

    def __init__(self) -> None:
        self.reported: list[str] = []
        self.performance = SimpleNamespace(
            engine=SimpleNamespace(spec=SimpleNamespace(sample_rate=48000), frame=0)
        )
        self.client_times = SimpleNamespace(heard_s=lambda _frame: None)

    def report(self, _sender: str, sentence: str) -> None:
        self.reported.append(sentence)


class Client(QueryClient):
    """With a clock that stands, and values that are all 0."""

    def __init__(self) -> None:
        self.host, self.now_s, self.values = Host(), 0.0, dict.fromkeys(SPACE.methods, (0.0,))
        super().__init__(self.host, "test", SPACE, lambda: self.now_s)

    def value(self, path: str) -> Value:
        return self.values.get(path)

    def say(self, command: Any, path: Any) -> None:
        self.take(json.dumps({"COMMAND": command, "DATA": path}), self.value)

    def sent(self) -> list[tuple[str, Any]]:
        """What waits: texts as JSON, packets as address and arguments."""
        found: list[tuple[str, Any]] = []

        async def put_text(text: str) -> None:
            message = json.loads(text)
            found.append((message["COMMAND"], message["DATA"]))

        async def put_bytes(packet: bytes) -> None:
            message = decode(packet)
            found.append((message.address, message.arguments))  # type: ignore[union-attr]

        async def run() -> None:
            task = asyncio.create_task(self.write(put_text, put_bytes))
            await asyncio.sleep(0.0)
            await asyncio.sleep(0.0)
            task.cancel()

        asyncio.run(run())
        return found


def test_what_is_listened_to_is_sent_when_it_changes() -> None:
    client = Client()
    client.say("LISTEN", WIND)

    client.tell(WIND, (0.0,))
    assert client.sent() == []
    client.tell(WIND, (0.25,))
    client.tell(WIND, (0.5,))
    assert client.sent() == [(WIND, (0.5,))]
    client.say("IGNORE", WIND)
    assert client.polled == set()


def test_a_container_stands_for_what_lies_below_it() -> None:
    client = Client()
    client.say("LISTEN", "/adaptive/")
    assert client.listened == {WIND, RAIN, "/adaptive/section", "/adaptive/beat"}
    assert client.polled == {WIND, RAIN}
    assert client.topics == {"section", "beat"}

    client.say("IGNORE", RAIN)
    assert client.listened == {WIND, "/adaptive/section", "/adaptive/beat"}
    client.say("IGNORE", "/")
    assert not client.listened
    assert not client.topics


def test_an_event_can_be_listened_to_and_says_nothing() -> None:
    client = Client()
    client.say("LISTEN", "/adaptive/event/hit")

    assert client.listened == set()
    assert client.host.reported == []


def test_what_is_heard_is_told_under_its_own_address_alone() -> None:
    client = Client()
    client.say("LISTEN", "/adaptive/beat")
    beat = {"position": "3.1.0", "section": "calm", "frame": 9, "tempo_bpm": 120.0}
    client.hear(ToldMessage({"beat": beat}))
    client.hear(ToldMessage({"section": {"status": "plays", "target": "fight", "frame": 9}}))

    assert client.sent() == [("/adaptive/beat", (3, 1, 120.0, "calm"))]


def test_a_client_is_not_told_what_it_has_sent_itself() -> None:
    client = Client()
    client.say("LISTEN", WIND)
    client.note_packet(encode_message(WIND, [0.5]))

    client.tell(WIND, (0.25,))  # an older value, on the way to its own
    client.now_s = QUIET_S
    client.tell(WIND, (0.5,))
    assert client.sent() == []
    client.note_packet(encode_message(WIND, [7.0]))
    client.now_s = 2 * QUIET_S
    client.tell(WIND, (1.0,))  # it was clamped
    assert client.sent() == [(WIND, (1.0,))]


def test_another_tree_is_told_and_what_was_asked_for_is_listened_to_again() -> None:
    client = Client()
    client.say("LISTEN", WIND)
    without = AddressSpace([Method(RAIN, "rain")])
    client.use(without, [{"COMMAND": "PATH_REMOVED", "DATA": WIND}], client.value)
    assert client.listened == set()
    client.use(SPACE, [{"COMMAND": "PATH_ADDED", "DATA": WIND}], client.value)

    assert client.listened == {WIND}
    assert client.sent() == [("PATH_REMOVED", WIND), ("PATH_ADDED", WIND)]


def test_a_slow_client_hears_that_all_has_changed() -> None:
    client = Client()
    for _ in range(MOST_NOTICES):
        client.use(SPACE, [{"COMMAND": "PATH_CHANGED", "DATA": WIND}], client.value)
    client.use(SPACE, [{"COMMAND": "PATH_CHANGED", "DATA": RAIN}], client.value)

    assert client.sent() == [("PATH_CHANGED", "/")]


def test_what_is_no_command_is_told_to_the_user_and_changes_nothing() -> None:
    client = Client()
    for text in ("", "[", "7", "[]", '{"COMMAND": "LISTEN"}', '{"COMMAND": 1, "DATA": "/"}', '"\\ud800"'):
        client.take(text, client.value)
    client.say("LISTEN", "/nowhere")
    client.say("START_OSC_STREAMING", {})

    assert len(client.host.reported) == 9
    assert all(sentence.isprintable() for sentence in client.host.reported)
    assert not client.is_closing
    for number in range(MOST_FAULTS):
        client.say("LISTEN", f"/{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10]}")
    assert client.is_closing
