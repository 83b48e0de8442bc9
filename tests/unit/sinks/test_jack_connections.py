from __future__ import annotations

from adaptive.sinks.jack_connections import JackConnections

DESK, CARD = "desk:in", "system:playback_1"


def test_a_connection_is_made_again_when_its_other_end_or_the_server_returns() -> None:
    connections, there = JackConnections(), {DESK, CARD}
    connections.want("out", CARD)
    first = connections.look({"out": set()}, there.__contains__)
    connections.look({"out": {CARD, DESK}}, there.__contains__)
    gone = [connections.look({"out": {CARD}}, {CARD}.__contains__) for _ in range(5)]
    back = connections.look({"out": {CARD}}, there.__contains__)
    connections.look({"out": {CARD, DESK}}, there.__contains__)
    connections.server_left()
    restarted = connections.look({"out": set()}, there.__contains__)

    assert first == [("out", CARD)]
    assert gone == [[]] * 5
    assert back == [("out", DESK)]
    assert restarted == [("out", DESK), ("out", CARD)]


def test_what_somebody_ends_stays_ended_and_a_client_that_ends_is_no_somebody() -> None:
    connections, there = JackConnections(), {DESK, CARD}
    connections.look({"out": {CARD, DESK}}, there.__contains__)
    ending = connections.look({"out": {CARD}}, there.__contains__)  # its port ends a moment later
    connections.look({"out": {CARD}}, {CARD}.__contains__)
    back = connections.look({"out": {CARD}}, there.__contains__)
    connections.look({"out": {CARD, DESK}}, there.__contains__)
    ended = [connections.look({"out": {CARD}}, there.__contains__) for _ in range(3)]
    connections.server_left()

    assert (ending, back) == ([], [("out", DESK)])
    assert ended == [[]] * 3
    assert connections.look({"out": set()}, there.__contains__) == [("out", CARD)]
