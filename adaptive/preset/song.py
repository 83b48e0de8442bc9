"""Reads Standard MIDI Files that a layer plays: notes with their lengths, and controls, in beats.

Beats are quarter notes at the file's first tempo: where the file changes its tempo, they are as much longer
or shorter as the time is.  So a section with the first tempo plays the file at its own times.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import mido

from adaptive.errors import InputError, one_line
from adaptive.music.channel_note import (
    ALL_SOUND_OFF,
    DRUM_CHANNEL,
    PRESSURE,
    WHEEL,
    WHEEL_RANGE,
    ChannelNote,
    ControlChange,
    normalised,
)
from adaptive.music.generator_parameters import (
    GENERATOR_COUNT,
    GENERATORS,
    HUNDREDS,
    SOUNDFONT_PARAMETERS,
    generator_amount,
)

DRUM_BANK = 128
LARGEST_FILE = 16_000_000
"""Bytes."""

LONGEST_BEATS = 100_000
"""Beats of a file that is played: half a day at 140 a minute."""

USUAL_TEMPO_US = 500_000
"""Microseconds of a quarter note where a file gives no tempo."""

START_VALUES = {7: 100, 10: 64, 11: 127, WHEEL: 0, WHEEL_RANGE: 2}
"""Values of controls at the beginning of a file, as General MIDI has them; others are 0."""

PEDAL, RESET, NOTES_OFF, LAST_MODE = 64, 121, 123, 127
HALF = 64
NOT_PASSED_ON = {0, 6, 32, 38, *range(96, 102), *range(122, 128)}
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

SongEvent = ChannelNote | ControlChange
"""Its onset and duration count in quarter notes from the beginning of the file."""


@dataclass(frozen=True, slots=True)
class Song:
    """A file that was read.

    Parameters
    ----------
    name : str
        Name of the file.
    tempo_bpm : float
        Its first tempo.
    quarters : Fraction
        Its length.
    events : tuple
        Notes and controls in the order of their onsets.
    programs : frozenset of (int, int, int)
        Channel, bank and program of all notes.
    """

    name: str
    tempo_bpm: float
    quarters: Fraction
    events: tuple[SongEvent, ...]
    programs: frozenset[tuple[int, int, int]]
    _bars: dict[Any, dict[int, tuple[SongEvent, ...]]] = field(default_factory=dict, compare=False)

    def bars(self, quarters_a_bar: Fraction) -> int:
        """Number of bars of a length."""
        return max(1, -int(-self.quarters // quarters_a_bar))

    def bar(self, number: int, quarters_a_bar: Fraction, channels: frozenset[int]) -> tuple[SongEvent, ...]:
        """What some channels play in a bar, which repeat after the last; onsets in quarters of the bar.

        The bar begins with the values that controls have there: it can be played without the bars before.
        """
        key = (quarters_a_bar, channels)
        if key not in self._bars:
            self._bars[key] = self._cut(quarters_a_bar, channels)
        return self._bars[key].get(number % self.bars(quarters_a_bar), ())

    def _cut(self, length: Fraction, channels: frozenset[int]) -> dict[int, tuple[SongEvent, ...]]:
        made: dict[int, list[SongEvent]] = defaultdict(list)
        for event in self.events:
            if event.channel in channels:
                bar = int(event.onset // length)
                made[bar].append(replace(event, onset=event.onset - bar * length))
        moved = {
            (event.channel, event.control)
            for event in self.events
            if isinstance(event, ControlChange) and event.channel in channels
        }
        moved |= {(channel, 7) for channel, _, _ in self.programs if channel in channels}
        values = {one: normalised(one[1], START_VALUES.get(one[1], 0)) for one in sorted(moved)}
        cut: dict[int, tuple[SongEvent, ...]] = {}
        for bar in range(self.bars(length)):
            begins = [
                _control(Fraction(0), channel, control, value)
                for (channel, control), value in values.items()
                if control != ALL_SOUND_OFF
            ]
            cut[bar] = (*begins, *made[bar])
            values |= {
                (event.channel, event.control): event.value
                for event in made[bar]
                if isinstance(event, ControlChange)
            }
        return cut


def read_song(path: Path) -> Song:
    """Read a file; one that has not changed since is not read again.

    Raises
    ------
    InputError
        There is no such file, or it is no MIDI file that can be played; one sentence.
    """
    try:
        status = path.stat()
        if status.st_size > LARGEST_FILE:
            message = f"{path.name} is larger than the {LARGEST_FILE} bytes a MIDI file may have"
            raise InputError(message)
        return _read(path, status.st_mtime_ns)
    except OSError as error:
        message = f"{path.name} is not a MIDI file that can be read: {one_line(str(error))}"
        raise InputError(message) from None


@lru_cache(maxsize=32)
def _read(path: Path, _modified_ns: int) -> Song:
    try:
        file = mido.MidiFile(path, clip=True)
    except InputError:
        raise
    except Exception as error:  # of the many that a broken file can cause
        message = f"{path.name} is not a MIDI file that can be read: {one_line(str(error)) or 'it is broken'}"
        raise InputError(message) from None
    if file.type == 2 or not 0 < file.ticks_per_beat < 0x8000:
        message = f"{path.name} cannot be played: it has independent patterns, or counts in frames of film"
        raise InputError(message)
    reader = _SongReader(path.name, file.ticks_per_beat)
    tick, order = 0, 0
    rows = []
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            rows.append((tick, order, message))
            order += 1
    rows.sort(key=lambda row: row[:2])
    if rows and rows[-1][0] > LONGEST_BEATS * file.ticks_per_beat:
        text = f"{path.name} lasts more than the {LONGEST_BEATS} beats a MIDI file may have"
        raise InputError(text)
    for at, _, message in rows:
        reader.take(at, message)
    return reader.finish(max((at for at, _, _ in rows), default=0))


@dataclass(slots=True)
class _SongChannel:
    """The state of a channel while a file is read."""

    number: int
    bank: int = 0
    program: int = 0
    is_pedal_down: bool = False
    parameter: tuple[int, int] = (127, 127)
    data: tuple[int, int] = (0, 0)
    generator: int | None = None  # that a non-registered parameter names
    is_named: bool = True  # nothing was set since it was named
    has_high_half: bool = False
    moved_generators: set[int] = field(default_factory=set)
    tuning: list[float] = field(default_factory=lambda: [0.0, 0.0])
    keys: dict[int, ChannelNote] = field(default_factory=dict)  # that are down
    held: dict[int, ChannelNote] = field(default_factory=dict)  # by the pedal


class _SongReader:
    def __init__(self, name: str, ticks_a_beat: int) -> None:
        self._name, self._ticks_a_beat = name, ticks_a_beat
        self._tempi: list[tuple[int, int]] = []  # tick, microseconds of a quarter
        self._channels = [_SongChannel(number) for number in range(16)]
        self._events: list[Any] = []
        self._is_tempo_constant = True

    def take(self, tick: int, message: Any) -> None:
        """Take a message at its tick; those that say nothing of notes and controls are left out."""
        if message.type == "set_tempo" and message.tempo > 0:
            self._tempi.append((tick, message.tempo))
        if message.is_meta or not hasattr(message, "channel"):
            return
        channel, at = self._channels[message.channel], Fraction(tick)
        if message.type == "note_on" and message.velocity > 0:
            self._begin(channel, at, message.note, message.velocity)
        elif message.type in {"note_on", "note_off"}:
            self._let_go(channel, at, message.note)
        elif message.type == "program_change":
            channel.program = message.program
        elif message.type == "pitchwheel":
            self._control(channel, at, WHEEL, message.pitch)
        elif message.type == "aftertouch":
            self._control(channel, at, PRESSURE, message.value)
        elif message.type == "control_change":
            self._controller(channel, at, message.control, message.value)

    def finish(self, ticks: int) -> Song:
        """The song; what is held ends with it."""
        for channel in self._channels:
            self._end(channel, Fraction(ticks), [*channel.keys, *channel.held])
        tempi = self._tempi or [(0, USUAL_TEMPO_US)]
        if tempi[0][0] > 0:
            tempi = [(0, USUAL_TEMPO_US), *tempi]
        first = tempi[0][1]
        if all(tempo == first for _, tempo in tempi):
            tempi = tempi[:1]
        quarters = _Quarters(tempi, self._ticks_a_beat)
        events = sorted(self._events, key=lambda one: one.onset)
        placed = tuple(
            replace(
                one,
                onset=quarters.at(one.onset),
                duration=quarters.at(one.onset + one.duration) - quarters.at(one.onset),
            )
            for one in events
        )
        programs = frozenset(
            (one.channel, one.bank, one.program) for one in placed if isinstance(one, ChannelNote)
        )
        return Song(self._name, 60e6 / first, quarters.at(Fraction(ticks)), placed, programs)

    def _begin(self, channel: _SongChannel, at: Fraction, key: int, velocity: int) -> None:
        self._end(channel, at, [key])
        bank = DRUM_BANK if channel.number == DRUM_CHANNEL else channel.bank
        channel.keys[key] = ChannelNote(
            at, Fraction(0), f"{NAMES[key % 12]}{key // 12 - 1}", key, velocity / 127.0,
            channel=channel.number, bank=bank, program=channel.program,
            tuning_semitones=0.0 if bank == DRUM_BANK else sum(channel.tuning),
        )  # fmt: skip

    def _let_go(self, channel: _SongChannel, at: Fraction, key: int) -> None:
        if channel.is_pedal_down:
            if key in channel.keys:
                channel.held[key] = channel.keys.pop(key)
        elif key in channel.keys:
            self._end(channel, at, [key])

    def _end(self, channel: _SongChannel, at: Fraction, keys: list[int]) -> None:
        for key in keys:
            for sounding in (channel.keys, channel.held):
                note = sounding.pop(key, None)
                if note is not None:
                    self._events.append(replace(note, duration=at - note.onset))

    def _control(self, channel: _SongChannel, at: Fraction, control: int, value: float) -> None:
        self._events.append(_control(at, channel.number, control, normalised(control, value)))

    def _controller(self, channel: _SongChannel, at: Fraction, number: int, value: int) -> None:
        if number == 0:
            channel.bank = value
        elif number == PEDAL:
            channel.is_pedal_down = value >= HALF
            if not channel.is_pedal_down:
                self._end(channel, at, list(channel.held))
        elif number in {6, 38, *range(98, 102)}:
            self._parameter(channel, at, number, value)
        elif number == RESET:
            channel.is_pedal_down = False
            self._end(channel, at, list(channel.held))
            for control, start in ((1, 0), (11, 127), (PEDAL, 0), (WHEEL, 0), (PRESSURE, 0)):
                self._control(channel, at, control, start)
            for control in sorted(channel.moved_generators):
                self._control(channel, at, control, 0.0)
            channel.generator = None
        elif number == ALL_SOUND_OFF:
            self._end(channel, at, [*channel.keys, *channel.held])
        elif NOTES_OFF <= number <= LAST_MODE:
            for key in list(channel.keys):
                self._let_go(channel, at, key)
        if number not in NOT_PASSED_ON and number != RESET:
            self._control(channel, at, number, value)

    def _parameter(self, channel: _SongChannel, at: Fraction, number: int, value: int) -> None:
        """Choose a parameter, or set it: the range of the wheel, a tuning, or a generator of a SoundFont."""
        if number in {98, 99} or (number in {6, 38} and channel.generator is not None):
            self._generator(channel, at, number, value)
        high, low = channel.parameter
        if number not in {6, 38}:
            chosen = {98: (127, 127), 99: (127, 127), 100: (high, value), 101: (value, low)}
            channel.parameter = chosen[number]
            channel.generator = channel.generator if number in {98, 99} else None
            return
        if channel.generator is not None:
            return
        channel.data = (value, 0) if number == 6 else (channel.data[0], value)
        high, low = channel.data
        if channel.parameter == (0, 0):
            self._control(channel, at, WHEEL_RANGE, high + low / 100.0)
        elif channel.parameter == (0, 1):
            channel.tuning[0] = (128 * high + low - 8192) / 8192.0
        elif channel.parameter == (0, 2):
            channel.tuning[1] = float(high - 64)

    def _generator(self, channel: _SongChannel, at: Fraction, number: int, value: int) -> None:
        """Choose a generator of a SoundFont, or set what is added to it."""
        if number == 99:
            channel.generator, channel.is_named = (0 if value == SOUNDFONT_PARAMETERS else None), True
            channel.has_high_half = False
        elif number == 98 and channel.generator is not None:
            before = channel.generator if channel.is_named else 0
            channel.generator, channel.is_named = before + HUNDREDS.get(value, value), True
            channel.has_high_half = False
        elif number == 6:
            channel.data, channel.has_high_half = (value, channel.data[1]), True
        elif number == 38:
            channel.data = (channel.data[0], value)
        if number in {6, 38} and channel.has_high_half:
            channel.is_named = False
            generator, high, low = channel.generator or 0, *channel.data
            if generator < GENERATOR_COUNT:
                channel.moved_generators.add(GENERATORS + generator)
                amount = generator_amount(generator, 128 * high + low)
                self._control(channel, at, GENERATORS + generator, amount)


def _control(onset: Fraction, channel: int, control: int, value: float) -> ControlChange:
    return ControlChange(
        onset, Fraction(0), f"control {control}", 0, 0.0, channel=channel, control=control, value=value
    )


class _Quarters:
    """Quarter notes of the first tempo at each tick."""

    def __init__(self, tempi: list[tuple[int, int]], ticks_a_beat: int) -> None:
        self._ticks = [tick for tick, _ in tempi]
        self._rates = [Fraction(tempo, tempi[0][1] * ticks_a_beat) for _, tempo in tempi]
        self._begins = list(_summed(self._ticks, self._rates))

    def at(self, tick: Fraction) -> Fraction:
        """Quarter notes from the beginning."""
        row = max(0, bisect_right(self._ticks, tick) - 1)
        return self._begins[row] + (tick - self._ticks[row]) * self._rates[row]


def _summed(ticks: list[int], rates: list[Fraction]) -> Iterator[Fraction]:
    total = Fraction(0)
    for row, tick in enumerate(ticks):
        if row:
            total += (tick - ticks[row - 1]) * rates[row - 1]
            total = total.limit_denominator(10**9)
        yield total
