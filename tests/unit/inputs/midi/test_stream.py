from __future__ import annotations

import numpy as np

from adaptive.inputs.midi.stream import (
    CLOCK,
    CONTROL,
    EXCLUSIVE,
    LONGEST_EXCLUSIVE,
    NOTE_ON,
    SENSING,
    SONG_POSITION,
    MidiMessage,
    MidiStream,
)


def read(*pieces: str) -> tuple[list[MidiMessage], int]:
    stream = MidiStream()
    return [one for piece in pieces for one in stream.feed(bytes.fromhex(piece))], stream.dropped


def test_running_status_real_time_between_bytes_and_exclusive_data() -> None:
    found, dropped = read("903CF86440F850FE3C00F07DF801F74340B00740")
    assert [(one.kind, one.data.hex()) for one in found] == [
        (CLOCK, ""), (NOTE_ON, "3c64"), (CLOCK, ""), (NOTE_ON, "4050"), (SENSING, ""), (NOTE_ON, "3c00"),
        (CLOCK, ""), (EXCLUSIVE, "7d01"), (CONTROL, "0740"),
    ]  # fmt: skip
    assert dropped == 2


def test_a_message_may_be_spread_over_pieces() -> None:
    assert read("90", "3c", "64")[0] == read("903c64")[0]


def test_the_channel_is_told_and_a_system_message_ends_the_running_status() -> None:
    found, dropped = read("953c64", "f20102", "3c64")
    assert found == [MidiMessage(NOTE_ON, 5, b"\x3c\x64"), MidiMessage(SONG_POSITION, 0, b"\x01\x02")]
    assert dropped == 2


def test_a_message_that_is_broken_off_is_dropped() -> None:
    found, dropped = read("903c", "b00740", "f07d01", "903c64")
    assert [one.kind for one in found] == [CONTROL, NOTE_ON]
    assert dropped == 3


def test_exclusive_data_without_an_end_takes_no_memory() -> None:
    stream = MidiStream()
    list(stream.feed(b"\xf0"))
    for _ in range(3):
        assert list(stream.feed(bytes(LONGEST_EXCLUSIVE))) == []
    assert len(stream._data) == LONGEST_EXCLUSIVE


def test_any_bytes_give_messages_whose_data_are_data(rng: np.random.Generator) -> None:
    stream = MidiStream()
    lengths = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
    found = list(stream.feed(rng.integers(0, 256, 50_000, np.uint8).tobytes()))
    assert len(found) > 1000
    for one in found:
        assert all(byte < 0x80 for byte in one.data)
        assert one.kind >= 0xF0 or len(one.data) == lengths[one.kind]


def test_a_message_is_sent_as_it_was_received() -> None:
    for text in ("953c64", "f07d01f7", "f8", "f20102", "c305"):
        assert read(text)[0][0].as_bytes().hex() == text
