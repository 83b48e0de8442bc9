from __future__ import annotations

from typing import Any

from adaptive.inputs.osc_codec import decode
from adaptive.inputs.osc_peers import MOST_IDS, MOST_PEERS, RECEIPT, OscPeers


def test_a_request_that_comes_again_is_answered_and_not_new() -> None:
    sent: list[tuple[Any, Any]] = []
    peers = OscPeers(lambda packet, address: sent.append((decode(packet), address)))
    peer = peers.at(("10.0.0.1", 9))
    assert peer.is_new("k1")
    assert not peer.is_new("k1")
    assert sent == []
    peer.send({"receipt": "k1", "status": "accepted", "reason": "x"})
    peer.send({"receipt": "k1", "status": "finished"})
    peer.send({"beat": {}})
    assert not peers.at(("10.0.0.1", 9)).is_new("k1")
    assert [(one.arguments, address) for one, address in sent] == [
        (("k1", "accepted"), ("10.0.0.1", 9)),
        (("k1", "finished"), ("10.0.0.1", 9)),
        (("k1", "finished"), ("10.0.0.1", 9)),
    ]
    assert sent[0][0].address == RECEIPT
    assert peers.at(("10.0.0.1", 10)).is_new("k1")


def test_what_is_remembered_is_bounded() -> None:
    peers = OscPeers(lambda packet, address: None)
    first = peers.at(0)
    for number in range(MOST_IDS + 1):
        first.is_new(str(number))
    assert first.is_new("0")
    assert not first.is_new(str(MOST_IDS))
    for number in range(1, MOST_PEERS + 1):
        peers.at(number)
    assert peers.at(0) is not first
