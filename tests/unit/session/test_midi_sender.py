from __future__ import annotations

import time

import pytest

from adaptive.session.midi_sender import MidiSender
from tests.helpers.midi_ports import FakePort


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def port() -> FakePort:
    return FakePort("synth")


def sent(port: FakePort) -> list[str]:
    return [data.hex() for data in port.sent]


def test_messages_are_sent_at_their_times_in_order(clock: Clock, port: FakePort) -> None:
    sender = MidiSender(port, clock)
    sender.at(0.5, b"\xf8")
    sender.note(0.2, 0.3, 2, 60, 100)
    sender.at(0.2, b"\xfa")
    assert sender.send_due() == pytest.approx(0.2)
    clock.now_s = 0.3
    assert sender.send_due() == pytest.approx(0.2)
    assert sent(port) == ["923c64", "fa"]
    clock.now_s = 0.5
    assert sender.send_due() is None
    assert sent(port)[2:] == ["f8", "823c40"]


def test_a_key_that_begins_again_before_its_end_ends_once(clock: Clock, port: FakePort) -> None:
    sender = MidiSender(port, clock)
    sender.note(0.0, 1.0, 0, 60, 100)
    sender.note(0.5, 1.0, 0, 60, 100)
    clock.now_s = 2.0
    sender.send_due()
    assert sent(port) == ["903c64", "903c64", "803c40"]


def test_silence_and_the_end_end_all_that_sounds(clock: Clock, port: FakePort) -> None:
    sender = MidiSender(port, clock)
    for channel, key in ((0, 60), (0, 64), (9, 36)):
        sender.note(0.0, 9.0, channel, key, 100)
    sender.note(5.0, 1.0, 0, 72, 100)
    sender.send_due()
    sender.silence()
    assert sent(port)[3:] == ["803c40", "804040", "892440", "b07b00", "b97b00"]
    clock.now_s = 10.0
    assert sender.send_due() is None
    sender.note(10.0, 9.0, 0, 61, 0)
    sender.send_due()
    sender.close()
    assert sent(port)[8:] == ["903d01", "803d40", "b07b00"]


def test_a_note_that_is_too_late_is_left_out(clock: Clock, port: FakePort) -> None:
    sender = MidiSender(port, clock)
    clock.now_s = 1.0
    sender.note(0.7, 1.0, 0, 60, 100)
    sender.note(0.9, 1.0, 0, 62, 100)
    sender.send_due()
    assert sent(port) == ["903e64"]


def test_a_port_that_fails_is_told_of_and_the_thread_goes_on(port: FakePort) -> None:
    port.close()
    sender = MidiSender(port)
    sender.start()
    sender.at(0.0, b"\xf8")
    deadline = time.monotonic() + 5.0
    while not sender.is_broken and time.monotonic() < deadline:
        time.sleep(0.002)
    assert sender.is_broken
    sender.at(0.0, b"\xf8")
    sender.close()
    assert not sender._thread.is_alive()
