"""Turns what one MIDI port sends into transactions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adaptive.conductor.messages import ExternalClock, Transport
from adaptive.errors import ProtocolError
from adaptive.inputs.control_message import RESET, MoveControl
from adaptive.inputs.message import Checker, Request, RequestFault, Transaction
from adaptive.inputs.midi.clock import ClockEstimate, MidiClock
from adaptive.inputs.midi.controls import Controls, ControlValue
from adaptive.inputs.midi.keys import KeyChange, Keys
from adaptive.inputs.midi.mapping import MidiMapping, PresentValues
from adaptive.inputs.midi.stream import (
    CLOCK,
    CONTINUE,
    SENSING,
    SONG_POSITION,
    START,
    STOP,
    MidiMessage,
    MidiStream,
)
from adaptive.inputs.note_message import PlayNote
from adaptive.music.channel_note import PRESSURE, WHEEL, WHEEL_RANGE, normalised
from adaptive.music.chord_finder import chord_of
from adaptive.music.generator_parameters import (
    GENERATOR_COUNT,
    GENERATORS,
    SOUNDFONT_PARAMETERS,
    generator_amount,
    is_generator,
)
from adaptive.preset.schema import InputTable

SENSING_S = 0.35
"""A port that has sent active sensing, and then nothing for so long, has gone: its notes end.

The specification says 0.3 s; the rest is the time within which a message may be late.
"""

SIXTEENTHS_A_QUARTER = 4

NO_CONTROLS = {0, 6, 32, 38, *range(96, 102), *range(RESET + 1, 128)}
"""Controllers that choose banks and parameters, or end notes as their keys do."""

CHORD_S = 0.03
"""A chord is named once its keys have not changed for so long: fingers do not fall at one time."""


@dataclass(slots=True)
class MidiMappings:
    """The mappings of a preset, and of whoever else has some.

    Parameters
    ----------
    tables : sequence of InputTable
        Lines of `[[inputs]]`; those without `midi` are left out.
    default_layer : str or None
        The layer that notes play where no line says so.
    """

    tables: Sequence[InputTable]
    default_layer: str | None = None
    mappings: list[MidiMapping] = field(init=False)

    def __post_init__(self) -> None:
        """Make the mappings."""
        self.mappings = [MidiMapping(table) for table in self.tables if table.midi is not None]

    def layers_of(self, port: str, channel: int) -> list[str]:
        """Layers that the keys of a channel play."""
        asked = [one for one in self.mappings if one.source.kind == "notes" and one.table.layer is not None]
        if not asked:
            return [] if self.default_layer is None else [self.default_layer]
        return [one.table.layer for one in asked if one.table.layer and one.hears(port, channel)]

    def chords_from(self, port: str, channel: int) -> bool:
        """Whether the keys of a channel set the chord."""
        return any(
            one.table.chord and one.source.kind == "notes" and one.hears(port, channel)
            for one in self.mappings
        )

    def clock_of(self, port: str) -> tuple[bool, bool]:
        """Whether the clock of a port sets the tempo, and whether it starts and stops the music."""
        clocks = [one.table for one in self.mappings if one.source.kind == "clock" and one.hears(port, 0)]
        return any(one.tempo for one in clocks), any(one.transport for one in clocks)


class MidiReader:
    """Reads one port.

    Parameters
    ----------
    port : str
        Its plain name.
    mappings : MidiMappings
        What its controls do.
    checker : callable
        Returns the checker of the preset that plays.
    present : PresentValues
        Tells the present targets of parameters.
    place : callable
        From a song position in quarter notes to the jump that goes there; None: jumps are not allowed.

    Attributes
    ----------
    heard : int
        Messages so far.
    """

    def __init__(
        self,
        port: str,
        mappings: MidiMappings,
        checker: Callable[[], Checker],
        present: PresentValues,
        place: Callable[[int], Request | None] = lambda _quarters: None,
    ) -> None:
        self.port, self.mappings = port, mappings
        self._checker, self._present, self._place = checker, present, place
        self._stream, self._keys, self._controls = MidiStream(), Keys(), Controls()
        self._clock = MidiClock()
        self._layers: dict[tuple[int, int], list[str]] = {}
        self._last_s, self._has_sensing = 0.0, False
        self._song_position = 0
        self._chord_due_s: float | None = None
        self._chord: str | None = None
        self.heard = 0

    def take(self, data: bytes, now_s: float) -> Transaction:
        """Read bytes that arrived at a time of the monotonic clock."""
        transaction = Transaction()
        for message in self._stream.feed(data):
            self.heard += 1
            self._last_s = now_s
            self._take_message(message, now_s, transaction)
        return transaction

    def follow(self, now_s: float) -> Transaction:
        """What is due because time has passed: sensing or a clock that ceased, half a pair of controllers."""
        transaction = Transaction()
        if self._has_sensing and now_s - self._last_s > SENSING_S:
            self._has_sensing = False
            self._play(self._keys.release_all(), transaction)
        for value in self._controls.follow(now_s):
            self._take_value(value, now_s, transaction)
        if self._chord_due_s is not None and now_s >= self._chord_due_s:
            self._name_chord(transaction)
        if self._clock.has_ceased(now_s) and self.mappings.clock_of(self.port)[0]:
            transaction.requests.append(ExternalClock(None))
        return transaction

    def release(self) -> Transaction:
        """End everything that the port holds: it has gone, or another preset is loaded."""
        transaction = Transaction()
        self._play(self._keys.release_all(), transaction)
        return transaction

    def cease(self) -> ExternalClock | None:
        """What is to be said of the clock of a port that has gone; None: nothing followed it."""
        is_followed = self._clock.is_running and self.mappings.clock_of(self.port)[0]
        self._clock = MidiClock()
        return ExternalClock(None) if is_followed else None

    def _take_message(self, message: MidiMessage, now_s: float, transaction: Transaction) -> None:
        if message.kind == SENSING:
            self._has_sensing = True
            return
        if message.kind in {CLOCK, START, CONTINUE, STOP, SONG_POSITION}:
            self._take_clock(message, now_s, transaction)
            return
        changes = self._keys.take(message)
        self._play(changes, transaction)
        if any(self.mappings.chords_from(self.port, change.channel) for change in changes):
            self._chord_due_s = now_s + CHORD_S
        for value in self._controls.take(message, now_s):
            self._take_value(value, now_s, transaction)
            self._move_controls(value, transaction)

    def _move_controls(self, value: ControlValue, transaction: Transaction) -> None:
        """Move a control of the instruments that the keys of its channel play, unless a mapping names it."""
        number = control_number(value)
        if number is None or any(
            one.source == value.source and one.hears(self.port, value.channel)
            for one in self.mappings.mappings
        ):
            return
        known = self._checker().controllable
        layers = [one for one in self.mappings.layers_of(self.port, value.channel) if one in known]
        amount = value.value / 128.0 if value.source.kind == "rpn" else float(value.value)
        if is_generator(number):
            amount = generator_amount(number - GENERATORS, value.value)
        transaction.requests += [MoveControl(one, number, normalised(number, amount)) for one in layers]

    def _take_value(self, value: ControlValue, now_s: float, transaction: Transaction) -> None:
        for mapping in self.mappings.mappings:
            if mapping.source == value.source and mapping.hears(self.port, value.channel):
                try:
                    transaction.requests += mapping.requests(value, self._checker(), self._present, now_s)
                except ProtocolError as error:
                    transaction.faults.append(RequestFault(str(error), f"midi {value.source}"))

    def _play(self, changes: Sequence[KeyChange], transaction: Transaction) -> None:
        for change in changes:
            key = (change.channel, change.key)
            layers = self._layers.pop(key, [])
            transaction.requests += [PlayNote(layer, change.key, 0.0) for layer in layers]
            if change.velocity:
                known = self._checker().playable
                layers = [one for one in self.mappings.layers_of(self.port, change.channel) if one in known]
                self._layers[key] = layers
                velocity = change.velocity / 127.0
                transaction.requests += [PlayNote(layer, change.key, velocity) for layer in layers]

    def _name_chord(self, transaction: Transaction) -> None:
        """Set the chord that the keys form; it stays until they form another."""
        self._chord_due_s = None
        checker = self._checker()
        held = [key for channel, key in self._keys.sounding if self.mappings.chords_from(self.port, channel)]
        found = chord_of(held, checker.key_of_preset)
        if found is not None and found != self._chord:
            self._chord = found
            transaction.requests.append(checker.chord(found))

    # ── clock ──────────────────────────────────────────────────────────────────────────────────

    def _take_clock(self, message: MidiMessage, now_s: float, transaction: Transaction) -> None:
        sets_tempo, is_transport = self.mappings.clock_of(self.port)
        if message.kind == CLOCK:
            estimate = self._clock.pulse(now_s)
            if estimate is not None and sets_tempo:
                transaction.requests.append(_as_message(estimate, now_s))
            return
        if message.kind == SONG_POSITION:
            self._song_position = message.data[1] << 7 | message.data[0]
            return
        if message.kind == START:
            self._song_position = 0
        if message.kind in {START, CONTINUE}:
            self._clock.place(self._song_position)
        if not is_transport:
            return
        if message.kind == STOP:
            transaction.requests.append(Transport(is_playing=False))
            return
        transaction.requests.append(Transport(is_playing=True))
        jump = self._place(self._song_position // SIXTEENTHS_A_QUARTER)
        if jump is not None:
            transaction.requests.append(jump)


def control_number(value: ControlValue) -> int | None:
    """The number of a control that instruments have; None: it is none, or it chooses something."""
    kind, number = value.source.kind, value.source.number
    if kind == "cc" and number not in NO_CONTROLS:
        return number
    if kind == "nrpn" and number is not None and number >> 7 == SOUNDFONT_PARAMETERS:
        generator = number & 127
        return GENERATORS + generator if generator < GENERATOR_COUNT else None
    named = {("bend", None): WHEEL, ("pressure", None): PRESSURE, ("rpn", 0): WHEEL_RANGE}
    return named.get((kind, number if kind == "rpn" else None))


def _as_message(estimate: ClockEstimate, now_s: float) -> ExternalClock:
    age: Any = None if estimate.beat_s is None else now_s - estimate.beat_s
    return ExternalClock(estimate.tempo_bpm, age)
