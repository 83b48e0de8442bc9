from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.osc_receiver import OscReceiver, ReceiverRule
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.inputs.osc_codec import encode_message
from adaptive.inputs.osc_receiver import IS_POSSIBLE

pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="Python reads OSC on Windows")

RULES = {b"/level": [ReceiverRule(0, 0.0, 1.0)], b"/rpm": [ReceiverRule(1, 0.0, 1.0, 0, (0.0, 200.0))]}


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline


class Line:
    """A receiver, and a socket that sends to it."""

    def __init__(self) -> None:
        self.engine = Engine(EngineSpec(parameters=[ParameterSpec("level"), ParameterSpec("speed")]))
        self.sender, self.socket = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.woken, self.wake = socket.socketpair()
        self.receiver = OscReceiver(self.socket.fileno(), self.wake.fileno())
        self.receiver.use_rules(RULES, self.engine)
        self.receiver.start()

    def send(self, *packets: bytes) -> None:
        expected = self.receiver.packets + len(packets)
        for packet in packets:
            self.sender.send(packet)
        until(lambda: self.receiver.packets == expected)

    def close(self) -> None:
        assert self.receiver.stop()
        for one in (self.sender, self.socket, self.woken, self.wake):
            one.close()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


def test_a_rule_sets_its_parameter_without_python(line: Line) -> None:
    line.send(encode_message("/level", (0.25,)), encode_message("/rpm", (50.0,)))
    line.engine.pull(64)

    assert [line.engine.memory["parameters"][row]["target"] for row in (0, 1)] == [0.25, 0.25]
    assert (line.receiver.plain, line.receiver.lost) == (2, 0)
    assert list(line.receiver.forwarded(10)) == []


def test_other_packets_are_forwarded_in_order_with_rising_arrival_numbers(line: Line) -> None:
    packets = [encode_message("/other", (n,)) for n in range(5)]
    line.send(packets[0], encode_message("/level", (0.5,)), *packets[1:])
    first, rest = list(line.receiver.forwarded(2)), list(line.receiver.forwarded(10))

    assert [one.packet for one in (*first, *rest)] == packets
    assert [one.arrival for one in (*first, *rest)] == [1, 3, 4, 5, 6]
    assert len(first) == 2


def test_a_value_out_of_range_is_left_to_python(line: Line) -> None:
    packet = encode_message("/level", (1.5,))
    line.send(packet)

    assert [one.packet for one in line.receiver.forwarded(10)] == [packet]
    assert line.receiver.plain == 0


def test_other_rules_apply_from_the_next_packet_on(line: Line) -> None:
    line.receiver.use_rules({b"/volume": [ReceiverRule(0, 0.0, 1.0)]}, line.engine)
    line.send(encode_message("/level", (0.25,)), encode_message("/volume", (0.75,)))
    line.engine.pull(64)

    assert line.engine.memory["parameters"][0]["target"] == 0.75
    assert len(list(line.receiver.forwarded(10))) == 1
