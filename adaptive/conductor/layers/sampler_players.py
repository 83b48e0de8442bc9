"""Plays the notes of samplers: regions by key, velocity and rules, controls, and MIDI files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from adaptive.conductor.layers.instrument_player import InstrumentPlayer
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.instruments.region_choice import ChosenRegion, RegionChooser
from adaptive.instruments.soundfont_modulators import generator_offset
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from adaptive.music.channel_note import ALL_SOUND_OFF, ChannelNote, ControlChange
from adaptive.music.generator_parameters import is_generator
from adaptive.music.note import Note

FIRST_HIT = 1000
"""Numbers of written notes of a sampler begin behind those of held ones."""

LEAST_NOTE_S = 0.01
"""Notes of a MIDI file that are shorter sound so long: drums often have no length at all."""

MOST_REMEMBERED = 16
"""Notes of one key that are remembered, where an instrument limits them."""

UNTIL_RELEASED = 2**60


@dataclass(slots=True)
class SamplerPlayer(InstrumentPlayer):
    """Plays each note with every region of a sampler that its key, its velocity and their rules choose.

    Parameters
    ----------
    samples : SampleSet
        The regions.
    sample_rate : int
        Frames a second.
    first_switch : int or None
        The key switch that is on at first; None: what the instrument says.
    """

    samples: SampleSet = field(kw_only=True)
    sample_rate: int = field(kw_only=True)
    first_switch: int | None = field(default=None, kw_only=True)
    _chooser: RegionChooser = field(init=False)
    _hits: int = 0
    _sounding: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    _until: int = 0
    _held: int = 0

    def __post_init__(self) -> None:
        """Make what chooses regions by their rules."""
        self._chooser = RegionChooser(self.samples, self.first_switch)

    def state(self) -> Any:
        """Number of notes so far: notes of one hit do not choke each other; and what rules remember."""
        if not self.samples.has_rules:
            return self._hits
        return self._hits, self._chooser.state(), dict(self._sounding), self._until

    def restore(self, state: Any) -> None:
        """Restore a state."""
        if not self.samples.has_rules or isinstance(state, int):
            self._hits = int(state) if isinstance(state, int) else int(state[0])
            return
        self._hits, chooser, sounding, self._until = state
        self._chooser.restore(chooser)
        self._sounding = dict(sounding)

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """A command for each region that the note plays, when it begins and when it ends."""
        if isinstance(note, ControlChange):
            return self.move(note.control, note.value, frame, group)
        self._hits += 1
        frames, number = max(1, frames), FIRST_HIT + self._hits
        posted = self._begin(note.midi, note.velocity, frame, frames, number, group)
        self._until = max(self._until, frame + frames)
        return posted + self._ending(note.midi, note.velocity, frame + frames, frames, group)

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """A command for each region that the note plays."""
        posted = self._begin(key, velocity, frame, 0, number, 0)
        self._held += bool(posted)
        return posted

    def is_switch(self, key: int) -> bool:
        """Whether a key chooses what others play."""
        return self._chooser.is_switch(key)

    def release(self, key: int, velocity: float, frame: int, number: int, frames: int) -> list[Command]:
        """The command that ends a held note, and one for each region that it plays then."""
        self._held = max(0, self._held - 1)
        ended = InstrumentPlayer.release(self, key, velocity, frame, number, frames)
        return ended + self._ending(key, velocity, frame, frames, 0)

    def move(self, control: int, value: float, frame: int, group: int = 0) -> list[Command]:
        """Commands that move a control, or start what it starts; none if nothing listens to it."""
        if is_generator(control):
            return self._offset(control, value, frame, 0, group)
        started = self._chooser.move(control, value)
        self._hits += bool(started)
        number = FIRST_HIT + self._hits
        posted = [self._part(one, 60.0, 1.0, frame, 1, number, group) for one in started]
        if control not in self.samples.controls and control not in CHANNEL_MODES:
            return posted
        return [*posted, commands.set_control(frame, self.place.instrument or 0, control, value, group=group)]

    def _offset(self, control: int, value: float, frame: int, channel: int, group: int) -> list[Command]:
        """The command that adds to a generator of all notes of a channel; none if it is not played."""
        moved = generator_offset(control, value)
        if moved is None:
            return []
        instrument = self.place.instrument or 0
        return [commands.set_control(frame, instrument, *moved, channel=channel, group=group)]

    def _chosen(self, key: int, velocity: int, frame: int) -> Iterable[ChosenRegion]:
        if self.samples.has_rules:
            is_alone = self._held == 0 and not 0 <= frame < self._until
            return self._chooser.begin(key, velocity, is_alone=is_alone)
        return (ChosenRegion(region, 0.0) for region in self.samples.chosen(key, velocity))

    def _begin(
        self, key: int, velocity: float, frame: int, frames: int, number: int, group: int
    ) -> list[Command]:
        chosen = list(self._chosen(key, midi_velocity(velocity), frame))
        posted = self._limited(key, frame, frames, number, group, chosen) if self.samples.has_rules else []
        return posted + [self._part(one, key, velocity, frame, frames, number, group) for one in chosen]

    def _ending(self, key: int, velocity: float, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of what a note plays when it ends after so many frames."""
        if not self.samples.has_rules:
            return []
        chosen = self._chooser.end(key, midi_velocity(velocity), frames / self.sample_rate)
        if not chosen:
            return []
        self._hits += 1
        number = FIRST_HIT + self._hits
        return [self._part(one, key, velocity, frame, 1, number, group) for one in chosen]

    def _limited(
        self, key: int, frame: int, frames: int, number: int, group: int, chosen: list[ChosenRegion]
    ) -> list[Command]:
        """End the oldest notes of a key that would be one too many."""
        most = max((self._chooser.most_notes(one.number) for one in chosen), default=0)
        if most == 0:
            return []
        now = [one for one in self._sounding.get(key, ()) if one[1] > frame or frame < 0]
        ended = now[: max(0, len(now) - most + 1)]
        until = frame + frames if frames and frame >= 0 else UNTIL_RELEASED
        self._sounding[key] = (*now[len(ended) :], (number, until))[-MOST_REMEMBERED:]
        instrument = self.place.instrument or 0
        return [commands.release_note(frame, instrument, one, group=group) for one, _ in ended]

    def _part(
        self, one: ChosenRegion, key: float, velocity: float, frame: int, frames: int, number: int, group: int
    ) -> Command:
        pitch = float(key if one.root is None else one.root) + one.semitones
        return commands.play_note(
            frame, self.place.instrument or 0, pitch, velocity, frames, note=number, group=group,
            which=one.number, level_octaves=one.level_octaves,
        )  # fmt: skip


CHANNEL_MODES = {ALL_SOUND_OFF, 121, 123}
"""All sound off, reset, all notes off: whatever listens to controls."""


@dataclass(slots=True)
class SongPlayer(SamplerPlayer):
    """Plays what a MIDI file says: notes of channels by their programs, and controls."""

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a note, or the command of a control that something of the instrument listens to."""
        instrument = self.place.instrument or 0
        if isinstance(note, ControlChange):
            if is_generator(note.control):
                return self._offset(note.control, note.value, frame, note.channel, group)
            if note.control not in self.samples.controls and note.control not in CHANNEL_MODES:
                return []
            return [
                commands.set_control(
                    frame, instrument, note.control, note.value, channel=note.channel, group=group
                )
            ]
        if not isinstance(note, ChannelNote):
            return []
        self._hits += 1
        frames = max(round(LEAST_NOTE_S * self.sample_rate), frames)
        number, pitch = FIRST_HIT + self._hits, note.midi + note.tuning_semitones
        part = (note.channel, note.bank, note.program)
        return [
            self._part(ChosenRegion(region, 0.0), pitch, note.velocity, frame, frames, number, group)
            for region in self.samples.chosen(note.midi, midi_velocity(note.velocity), part)
        ]

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """No command: a MIDI file is not played live."""
        return []


def midi_velocity(velocity: float) -> int:
    """A velocity of 0 … 1 as one of 1 … 127."""
    return min(max(round(127.0 * velocity), 1), 127)


def sampler_player_of(place: LayerPlace, engine: Engine, instrument: SamplerSpec) -> SamplerPlayer:
    """The player of a sampler, with the regions of its instrument."""
    return SamplerPlayer(
        place, samples=instrument.samples, sample_rate=engine.spec.sample_rate,
        first_switch=instrument.first_switch,
    )  # fmt: skip


def song_player_of(place: LayerPlace, engine: Engine, instrument: SamplerSpec) -> SongPlayer:
    """The player of a MIDI file, with the regions of all its programs."""
    return SongPlayer(place, samples=instrument.samples, sample_rate=engine.spec.sample_rate)
