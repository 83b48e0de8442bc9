from __future__ import annotations

from typing import Any

from adaptive.conductor.messages import FireEvent, Receipt, SetState
from adaptive.session.receipts import Receipts


class Client:
    """A connection that records what it is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, document: dict[str, Any]) -> None:
        self.sent.append(document)


def test_a_receipt_goes_to_the_client_that_asked_under_its_own_id_until_the_last_one() -> None:
    receipts, client = Receipts(lambda frame: frame + 100), Client()
    message = receipts.with_own_id(FireEvent("hit", id="mine"), client)  # type: ignore[arg-type]
    own = message.id or ""
    receipts.send(Receipt(own, "accepted", "soon", 480, "1.2.0"))
    receipts.send(Receipt(own, "finished", ""))
    receipts.send(Receipt(own, "finished", ""))

    assert [sent["receipt"] for sent in client.sent] == ["mine", "mine"]
    assert client.sent[0]["sounds_at"] == {"frame": 480, "heard_frame": 580, "position": "1.2.0"}
    assert len(receipts) == 0


def test_who_has_gone_is_forgotten_and_who_stays_is_told_of_the_end() -> None:
    receipts, gone, here = Receipts(lambda frame: frame), Client(), Client()
    for client in (gone, here):
        receipts.with_own_id(FireEvent("hit", id="a"), client)  # type: ignore[arg-type]
    receipts.forget(gone)  # type: ignore[arg-type]
    receipts.drop_all("another preset was loaded")

    assert gone.sent == []
    assert here.sent == [
        {"receipt": "a", "status": "dropped", "reason": "another preset was loaded", "rule": None}
    ]


def test_nothing_is_sent_without_an_id() -> None:
    receipts, client = Receipts(lambda frame: frame), Client()
    receipts.acknowledge(None, client, "accepted", "")  # type: ignore[arg-type]

    assert client.sent == []
    assert receipts.with_own_id(FireEvent("hit"), client) == FireEvent("hit")  # type: ignore[arg-type]


def test_the_groups_of_one_state_are_answered_as_one_request() -> None:
    receipts, client = Receipts(lambda frame: frame + 100), Client()
    asked = [SetState("place", "road", "s"), SetState("sky", "rain", "s"), FireEvent("hit", id="e")]
    receipts.join(asked, client)  # type: ignore[arg-type]
    place, sky, event = (receipts.with_own_id(one, client).id or "" for one in asked)  # type: ignore[arg-type]
    receipts.send(Receipt(sky, "merged", "sky is rain already"))
    receipts.send(Receipt(event, "accepted", ""))
    receipts.send(Receipt(place, "accepted", "place is now road", 480, "1.2.0", "plain"))
    assert [sent["receipt"] for sent in client.sent] == ["e"]
    receipts.send_joint()
    receipts.send(Receipt(place, "started", "", 480))
    receipts.send(Receipt(place, "finished", "road plays", 480))
    receipts.send_joint()
    receipts.send_joint()

    assert [sent["status"] for sent in client.sent[1:]] == ["accepted", "started", "finished"]
    assert client.sent[1]["sounds_at"]["heard_frame"] == 580
    assert client.sent[-1]["reason"] == "sky is rain already; road plays"
    assert len(receipts) == 1  # the event has not ended
