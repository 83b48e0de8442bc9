"""Controllers of one MIDI port: pairs of 7 bits, registered and unregistered parameters (NRPN, RPN).

A controller of 14 bits is a pair: numbers 0 to 31 carry the high seven bits, 32 to 63 the low ones (MIDI 1.0
Detailed Specification, "Control Change").  A new high half sets the low half to 0 until that comes.  Some
devices send the low half first; a low half that no high half preceded belongs to the one that follows within
`PAIR_S`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from adaptive.inputs.midi.stream import (
    BEND,
    CONTROL,
    KEY_PRESSURE,
    NOTE_ON,
    PRESSURE,
    PROGRAM,
    RESET,
    MidiMessage,
)
from adaptive.preset.midi_source import MidiSource

PAIR_S = 0.004
"""Longest time between the two halves of a pair that is sent low half first."""

NULL_PARAMETER = (127, 127)
"""This parameter number means none: data entry is an ordinary controller again."""

_DATA_HIGH, _DATA_LOW, _UP, _DOWN = 6, 38, 96, 97
_NUMBER_OF = {99: ("nrpn", True), 98: ("nrpn", False), 101: ("rpn", True), 100: ("rpn", False)}


@dataclass(frozen=True, slots=True)
class ControlValue:
    """A control that has a new value.

    Parameters
    ----------
    source : MidiSource
        The control.
    channel : int
        0 … 15.
    value : int
        As `FULL_RANGE` says.
    """

    source: MidiSource
    channel: int
    value: int


@dataclass(slots=True)
class _Pair:
    """The two halves of a control of 14 bits."""

    high: int | None = None
    low: int = 0
    is_low_first: bool = False
    lone_low_s: float | None = None  # when a low half came that follows no high half
    is_after_high: bool = False

    def take_high(self, value: int, now_s: float) -> int:
        lone, self.lone_low_s = self.lone_low_s, None
        if lone is not None and now_s - lone <= PAIR_S:
            self.is_low_first = True
        else:
            self.is_low_first = False
            self.low = 0
        self.high, self.is_after_high = value, not self.is_low_first
        return self.value

    def take_low(self, value: int, now_s: float) -> int | None:
        self.low = value
        if self.is_after_high:
            self.is_after_high = False
            return self.value
        self.lone_low_s = now_s
        return None if self.is_low_first or self.high is None else self.value

    def due(self, now_s: float) -> int | None:
        """The value of a low half whose high half has not come: it stays as it was."""
        if self.lone_low_s is None or now_s - self.lone_low_s <= PAIR_S:
            return None
        self.lone_low_s = None
        return self.value if self.is_low_first and self.high is not None else None

    @property
    def value(self) -> int:
        return ((self.high or 0) << 7) | self.low


@dataclass(slots=True)
class _Selected:
    """The parameter number that data entry of a channel belongs to."""

    kind: str = ""
    high: int = 127
    low: int = 127

    @property
    def number(self) -> int | None:
        is_none = not self.kind or (self.high, self.low) == NULL_PARAMETER
        return None if is_none else (self.high << 7) | self.low


@dataclass(slots=True)
class Controls:
    """Turns messages into values of controls."""

    _pairs: dict[tuple[str, int, int], _Pair] = field(default_factory=dict)
    _selected: dict[int, _Selected] = field(default_factory=dict)

    def take(self, message: MidiMessage, now_s: float) -> Iterator[ControlValue]:
        """Yield the controls that a message gives a value.

        Parameters
        ----------
        message : MidiMessage
            The message.
        now_s : float
            When it arrived, by a monotonic clock.
        """
        channel, data = message.channel, message.data
        if message.kind == CONTROL:
            yield from self._controller(channel, data[0], data[1], now_s)
        elif message.kind == BEND:
            yield ControlValue(MidiSource("bend"), channel, (data[1] << 7 | data[0]) - 8192)
        elif message.kind == PRESSURE:
            yield ControlValue(MidiSource("pressure"), channel, data[0])
        elif message.kind == KEY_PRESSURE:
            yield ControlValue(MidiSource("key_pressure", data[0]), channel, data[1])
        elif message.kind == PROGRAM:
            yield ControlValue(MidiSource("program"), channel, data[0])
        elif message.kind == NOTE_ON and data[1] > 0:
            yield ControlValue(MidiSource("note", data[0]), channel, data[1])
            yield ControlValue(MidiSource("notes"), channel, data[1])
        elif message.kind == RESET:
            self._pairs.clear()
            self._selected.clear()

    def follow(self, now_s: float) -> Iterator[ControlValue]:
        """Yield the pairs whose second half has not come in time."""
        for (kind, channel, number), pair in self._pairs.items():
            value = pair.due(now_s)
            if value is not None:
                yield ControlValue(MidiSource(kind, number), channel, value)  # type: ignore[arg-type]

    def _controller(self, channel: int, number: int, value: int, now_s: float) -> Iterator[ControlValue]:
        if number in _NUMBER_OF:
            kind, is_high = _NUMBER_OF[number]
            selected = self._selected.setdefault(channel, _Selected())
            if selected.kind != kind:
                selected.kind, selected.high, selected.low = kind, 127, 127
            if is_high:
                selected.high = value
            else:
                selected.low = value
            return
        parameter = self._selected.get(channel, _Selected())
        if number in {_DATA_HIGH, _DATA_LOW, _UP, _DOWN} and parameter.number is not None:
            yield from self._data_entry(channel, parameter, number, value, now_s)
            return
        yield ControlValue(MidiSource("cc", number), channel, value)
        if number < 64:
            both = self._half("cc14", channel, number % 32, value, now_s, is_high=number < 32)
            if both is not None:
                yield ControlValue(MidiSource("cc14", number % 32), channel, both)

    def _data_entry(
        self, channel: int, parameter: _Selected, number: int, value: int, now_s: float
    ) -> Iterator[ControlValue]:
        assert parameter.number is not None
        both: int | None
        if number in {_UP, _DOWN}:
            pair = self._pairs.setdefault((parameter.kind, channel, parameter.number), _Pair(high=0))
            both = min(max(pair.value + (1 if number == _UP else -1), 0), 16383)
            pair.high, pair.low = both >> 7, both & 127
        else:
            is_high = number == _DATA_HIGH
            both = self._half(parameter.kind, channel, parameter.number, value, now_s, is_high=is_high)
        if both is not None:
            source = MidiSource(parameter.kind, parameter.number)  # type: ignore[arg-type]
            yield ControlValue(source, channel, both)

    def _half(
        self, kind: str, channel: int, number: int, value: int, now_s: float, *, is_high: bool
    ) -> int | None:
        pair = self._pairs.setdefault((kind, channel, number), _Pair())
        return pair.take_high(value, now_s) if is_high else pair.take_low(value, now_s)
