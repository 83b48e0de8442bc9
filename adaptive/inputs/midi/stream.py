"""Splits a stream of MIDI bytes into messages: running status, real time within messages, exclusive data.

MIDI 1.0 Detailed Specification (MIDI Association): a status byte has its highest bit set; the status of a
channel message holds for the data that follows (*running status*), until another status that is no real-time
message; real-time messages may stand between any two bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

NOTE_OFF, NOTE_ON, KEY_PRESSURE, CONTROL, PROGRAM, PRESSURE, BEND = (
    0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0,
)  # fmt: skip
"""Channel messages, without the channel."""

EXCLUSIVE, QUARTER_FRAME, SONG_POSITION, SONG_SELECT, TUNE, END_EXCLUSIVE = (
    0xF0, 0xF1, 0xF2, 0xF3, 0xF6, 0xF7,
)  # fmt: skip
CLOCK, START, CONTINUE, STOP, SENSING, RESET = 0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF

LONGEST_EXCLUSIVE = 65536
"""Longest exclusive message that is kept; of a longer one the rest is dropped."""

_DATA_BYTES = {
    NOTE_OFF: 2, NOTE_ON: 2, KEY_PRESSURE: 2, CONTROL: 2, PROGRAM: 1, PRESSURE: 1, BEND: 2,
    QUARTER_FRAME: 1, SONG_POSITION: 2, SONG_SELECT: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MidiMessage:
    """A message.

    Parameters
    ----------
    kind : int
        Status byte; of a channel message without the channel.
    channel : int
        0 … 15; 0 for messages without a channel.
    data : bytes
        Data bytes, 0 … 127 each.
    """

    kind: int
    channel: int = 0
    data: bytes = b""

    def as_bytes(self) -> bytes:
        """The message as it is sent."""
        status = self.kind | self.channel if self.kind < EXCLUSIVE else self.kind
        end = bytes([END_EXCLUSIVE]) if self.kind == EXCLUSIVE else b""
        return bytes([status]) + self.data + end


@dataclass(slots=True)
class MidiStream:
    """Reads bytes as they come; a message may be spread over several calls.

    Attributes
    ----------
    dropped : int
        Bytes that belong to no message.
    """

    dropped: int = 0
    _status: int = 0
    _data: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> Iterator[MidiMessage]:
        """Yield the messages that are complete.

        Examples
        --------
        >>> [(hex(m.kind), m.data.hex()) for m in MidiStream().feed(bytes.fromhex("903C64F84050"))]
        [('0x90', '3c64'), ('0xf8', ''), ('0x90', '4050')]
        """
        for byte in data:
            if byte >= CLOCK:
                yield MidiMessage(byte)
            elif byte >= 0x80:
                yield from self._take_status(byte)
            else:
                yield from self._take_data(byte)

    def _take_status(self, byte: int) -> Iterator[MidiMessage]:
        if self._status == EXCLUSIVE and byte == END_EXCLUSIVE:
            yield MidiMessage(EXCLUSIVE, 0, bytes(self._data))
        else:
            self.dropped += len(self._data)  # of a message that was broken off
        self._data.clear()
        if byte == TUNE:
            yield MidiMessage(TUNE)
        is_known = byte < EXCLUSIVE or byte == EXCLUSIVE or byte in _DATA_BYTES
        self._status = byte if is_known else 0

    def _take_data(self, byte: int) -> Iterator[MidiMessage]:
        if self._status == 0:
            self.dropped += 1
            return
        if self._status == EXCLUSIVE:
            if len(self._data) < LONGEST_EXCLUSIVE:
                self._data.append(byte)
            else:
                self.dropped += 1
            return
        self._data.append(byte)
        is_of_channel = self._status < EXCLUSIVE
        kind = self._status & 0xF0 if is_of_channel else self._status
        if len(self._data) == _DATA_BYTES[kind]:
            yield MidiMessage(kind, self._status & 0x0F if is_of_channel else 0, bytes(self._data))
            self._data.clear()
            if not is_of_channel:
                self._status = 0  # only channel messages have a running status
