"""Writes down what a performance plays: its notes, its tempo, its sections; from that a MIDI file.

A note counts once the decision log says that it has sounded.  How long it was held stands in no log: its
player is asked on the way.
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adaptive.composer.registry import GENERATORS
from adaptive.conductor.layers.generated import Player
from adaptive.conductor.log import Line
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine.commands import Command
from adaptive.errors import InputError
from adaptive.instruments.general_midi import programme
from adaptive.music.note import Note
from adaptive.music.scale import Key
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance
from adaptive.sinks import midi_file
from adaptive.sinks.file import credits_of
from adaptive.sinks.midi_time import BarGrid, TickMap
from adaptive.timebase import TempoSegment

SILENCE = "silence"
"""What a marker calls the section that is none."""

MOST_HELD = 4096
"""Lengths kept of a layer before those of notes long past are forgotten."""


def stem_layers(preset: Preset) -> list[str]:
    """Layers of recorded sound: they have no notes."""
    return [name for name, table in preset.file.layers.items() if table.generator is None]


def require_notes(preset: Preset) -> None:
    """Refuse a preset that writes no notes.

    Raises
    ------
    InputError
        It has no generated layer.
    """
    if len(stem_layers(preset)) == len(preset.file.layers):
        message = (
            f"{preset.file.name} has no generated layer, so there are no notes to write: "
            "render it to .wav, .flac or .ogg"
        )
        raise InputError(message)


@dataclass(slots=True)
class _HeldNotes:
    """Stands before a layer's player and remembers how long each note is held."""

    player: Player
    held: dict[tuple[int, int], int] = field(default_factory=dict)

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a note that begins at `frame` and lasts `frames`."""
        self.held[frame, note.midi] = frames  # a note that was taken back is played again: the last counts
        return self.player.play(note, frame, frames, group)

    def state(self) -> Any:
        """What decides how the next note is played."""
        return self.player.state()

    def restore(self, state: Any) -> None:
        """Come back to a state."""
        self.player.restore(state)


class MidiExport:
    """Listens to a performance from its beginning; takes the place of an audio file.

    Parameters
    ----------
    performance : Performance
        Not begun yet.
    path : Path
        Where the notes will be written; it is opened at once, so that a fault shows before the work.
    """

    def __init__(self, performance: Performance, path: Path) -> None:
        self._performance = performance
        self._preset = performance.preset
        self._segments: list[TempoSegment] = []
        self._instances: list[SegmentInstance] = []
        self._parts: dict[str, midi_file.NoteTrack] = {}
        self._overheard: dict[str, _HeldNotes] = {}
        self._frames = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        for name, layer in performance.conductor.assets.generated.items():
            layer.player = self._overheard[name] = _HeldNotes(layer.player)
            self._parts[name] = self._part(name, is_drums=layer.place.kit is not None)
        performance.log.listeners.append(self._hear)

    def __enter__(self) -> MidiExport:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def notes(self) -> int:
        """Notes so far."""
        return sum(len(part.notes) for part in self._parts.values())

    def write(self, frames: Sized) -> None:
        """Follow tempo and section through a tick that was rendered; the sound is not kept."""
        self._frames += len(frames)
        conductor = self._performance.conductor
        latest = self._segments[-1].frame if self._segments else -1.0
        known = conductor.tempo.segments_until(conductor.now)
        self._segments += [segment for segment in known if segment.frame > latest]
        if not self._instances or self._instances[-1] is not conductor.instance:
            self._instances.append(conductor.instance)

    def remarks(self) -> list[str]:
        """What whoever opens the file should know."""
        stems = stem_layers(self._preset)
        said = [f"layers of recorded sound have no notes: {', '.join(stems)}"] if stems else []
        melodic = sum(part.programme is not None for part in self._parts.values())
        if melodic > len(midi_file.MELODIC_CHANNELS):
            said.append(f"{melodic} layers share {len(midi_file.MELODIC_CHANNELS)} channels")
        return said

    def save(self) -> None:
        """Write the MIDI file; the music ends here."""
        preset = self._preset
        ticks = TickMap(self._segments, self._performance.engine.spec.sample_rate)
        texts = [*self.remarks(), f"seed {self._performance.seed}"]
        sections = [self._mark(instance) for instance in self._instances]
        parts = list(self._parts.values())
        for part in parts:
            part.notes.sort(key=lambda note: (note.frame, note.midi))
        score = midi_file.MidiScore(
            credits_of(preset), texts, ticks, self._frames, sections, parts,
        )  # fmt: skip
        midi_file.write(score, self._file)

    def _part(self, name: str, is_drums: bool) -> midi_file.NoteTrack:
        table = self._preset.file.layers[name]
        generator = table.generator or ""
        spec = GENERATORS[generator]
        style = table.style or spec.styles[0]
        instrument = table.instrument or spec.instrument_for(style)
        number = programme(instrument, generator, self._preset.file.instruments)
        text = f"{generator} {style}, played by {instrument}"
        return midi_file.NoteTrack(name, text, None if is_drums else number)

    def _mark(self, instance: SegmentInstance) -> midi_file.SectionMark:
        grid = BarGrid(
            instance.start_beat, instance.offset_beats, instance.beats_per_bar, instance.beat_unit
        )  # fmt: skip
        segment = self._preset.segments.get(instance.section)
        key = Key.parse(self._preset.file.key if segment is None else segment.key)
        return midi_file.SectionMark(instance.section or SILENCE, grid, key)

    def _hear(self, line: Line) -> None:
        if line["kind"] != "note":
            return
        name, frame, midi = line["layer"], line["frame"], line["midi"]
        held = self._overheard[name].held
        note = midi_file.PlayedNote(frame, max(1, held[frame, midi]), midi, line["velocity"])
        self._parts[name].notes.append(note)
        if len(held) > MOST_HELD:
            self._overheard[name].held = {key: held[key] for key in held if key[0] >= frame}
