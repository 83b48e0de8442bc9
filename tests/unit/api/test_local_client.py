from __future__ import annotations

from typing import Any

from adaptive.api.callbacks import Callbacks
from adaptive.api.events import Beat, SectionChange
from adaptive.api.local_client import LocalClient
from adaptive.api.message_receipts import MessageReceipts


def client_with(topic: str) -> tuple[LocalClient, list[Any]]:
    callbacks, heard = Callbacks(), []
    callbacks.add(topic, heard.append)
    return LocalClient(None, callbacks), heard  # type: ignore[arg-type]


def beat(position: str) -> dict[str, Any]:
    told = {"section": "calm", "position": position, "tempo_bpm": 120.0, "frame": 1, "heard_frame": 2}
    return {"beat": told}


def test_a_bar_is_the_first_beat_of_each_bar() -> None:
    client, heard = client_with("bar")
    for position in ("1.4.0", "2.1.0", "2.2.0"):
        client.send(beat(position))

    assert heard == [Beat("calm", "2.1.0", 2, 1, 120.0, 1, 2)]


def test_a_section_is_told_when_it_plays_not_when_it_is_planned() -> None:
    client, heard = client_with("section")
    told = {"target": "b", "source": "a", "position": "2.1.0", "frame": 1, "heard_frame": 2}
    client.send({"section": {**told, "status": "planned"}})
    client.send({"section": {**told, "status": "plays"}})

    assert heard == [SectionChange("b", "a", "2.1.0", 1, 2)]


def test_receipts_go_to_the_message_they_belong_to() -> None:
    client, _heard = client_with("bar")
    one, two = (MessageReceipts(48000, lambda: None, lambda: False) for _ in range(2))
    first, second = client.expect(one), client.expect(two)
    for message_id, status in ((second, "accepted"), (first, "merged"), ("python 99", "merged")):
        client.send({"receipt": message_id, "status": status, "reason": "", "rule": None})
    client.end("over")

    assert (one.status, two.status) == ("merged", "dropped")


def test_hello_and_what_is_new_are_passed_over() -> None:
    client, heard = client_with("log")
    client.send({"hello": {}})
    client.send({"log": {"kind": "state"}})

    assert heard == [{"kind": "state"}]
