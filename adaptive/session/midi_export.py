"""Records what a performance plays (notes, tempo, sections) and writes it as a MIDI file.

A note is written once the decision log says that it has sounded.  The log does not hold its duration; that is
recorded where the note is handed to its player.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from adaptive.composer.blend import blend_text
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.composer.registry import GENERATORS
from adaptive.composer.steer import NOTHING_HELD, HeldHarmony
from adaptive.conductor.layers.note_players import NotePlayer
from adaptive.conductor.log import Line
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.errors import InputError
from adaptive.instruments.general_midi import programme
from adaptive.kernel.layout import LINEAR
from adaptive.music.channel_note import ChannelNote, ControlChange
from adaptive.music.harmony import parse_bar
from adaptive.music.note import Note
from adaptive.music.scale import Key
from adaptive.preset.instrument_tables import DRUM_BANK
from adaptive.preset.model import Preset
from adaptive.preset.segments import Segment
from adaptive.preset.song_layers import song_of
from adaptive.session.performance import Performance
from adaptive.sinks import midi_file
from adaptive.sinks.file import credits_of
from adaptive.sinks.midi_time import BarGrid, TickMap
from adaptive.timebase import TempoSegment

SILENCE = "silence"
"""Name of the marker where the music is stopped."""

MOST_DURATIONS = 4096
"""Durations that are kept of a layer; beyond that, those of earlier notes are dropped."""


Part = tuple[int, int, int]
"""Channel, bank and program of a note of a MIDI file."""

MOST_NOTES = 2_000_000
"""Notes of a file; more, a day of dense music, are left out and told in it."""


def stem_layers(preset: Preset) -> list[str]:
    """Names of the layers that play recordings; they have no notes."""
    return [name for name, table in preset.file.layers.items() if table.generator is None]


def require_notes(preset: Preset) -> None:
    """Refuse a preset that writes no notes.

    Raises
    ------
    InputError
        The preset has no generated layer.
    """
    if len(stem_layers(preset)) == len(preset.file.layers):
        message = (
            f"{preset.file.name} has no generated layer, so there are no notes to write: "
            "render it to .wav, .flac or .ogg"
        )
        raise InputError(message)


@dataclass(slots=True)
class _DurationRecorder:
    """Passes notes on to a layer's player, and records how long each is held."""

    player: NotePlayer
    durations: dict[tuple[int, int], dict[Part | None, int]] = field(default_factory=dict)
    """By frame and key, those of each part of a MIDI file, in the order in which they were played."""

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands for a note that begins at `frame` and is held for `frames`."""
        if isinstance(note, ControlChange):
            return self.player.play(note, frame, frames, group)
        # a note that was withdrawn may be written again: the last duration counts
        part = (note.channel, note.bank, note.program) if isinstance(note, ChannelNote) else None
        self.durations.setdefault((frame, note.midi), {})[part] = frames
        return self.player.play(note, frame, frames, group)

    def played(self, frame: int, key: int) -> tuple[Part | None, int | None]:
        """Part and duration of a note that has sounded; of several at once, the next one."""
        parts = self.durations.get((frame, key))
        if not parts:
            return None, None
        part = next(iter(parts))
        frames = parts[part] = parts.pop(part)
        return part, frames

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """Commands of a note without an end."""
        return self.player.hold(key, velocity, frame, number)

    def release(self, key: int, velocity: float, frame: int, number: int, frames: int) -> list[Command]:
        """Commands that end a held note."""
        return self.player.release(key, velocity, frame, number, frames)

    def move(
        self, control: int, value: float, frame: int, group: int = 0, channel: int = 0, key: float = 0.0
    ) -> list[Command]:
        """Commands that move a control."""
        return self.player.move(control, value, frame, group, channel, key)

    @property
    def can_fade(self) -> bool:
        """As the player."""
        return self.player.can_fade

    @property
    def is_percussive(self) -> bool:
        """As the player."""
        return self.player.is_percussive

    def fade(self, at: int, gain: float, frames: int, shape: int = LINEAR, group: int = 0) -> list[Command]:
        """Commands that fade the player."""
        return self.player.fade(at, gain, frames, shape, group)

    def recordings(self) -> Iterable[Sound]:
        """The recordings of the player."""
        return self.player.recordings()

    def state(self) -> Any:
        """State that decides how the next note is played."""
        return self.player.state()

    def restore(self, state: Any) -> None:
        """Restore a state."""
        self.player.restore(state)


class MidiExport:
    """Records a performance from its beginning.  It is used like `adaptive.sinks.file.AudioFileSink`.

    Parameters
    ----------
    performance : Performance
        A performance that has not begun yet.
    path : Path or binary file
        The file to write.  It is opened at once, so that an error shows before the render.
    """

    def __init__(self, performance: Performance, path: Path | BinaryIO) -> None:
        self._performance = performance
        self._preset = performance.preset
        self._segments: list[TempoSegment] = []
        self._instances: list[SegmentInstance] = []
        self._tracks: dict[tuple[str, int | None], midi_file.NoteTrack] = {}
        self._recorders: dict[str, _DurationRecorder] = {}
        self._held: list[tuple[float, HeldHarmony]] = []
        self._frames = self.notes_taken = 0
        self._live: dict[tuple[str, int], tuple[int, float]] = {}
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("wb") if isinstance(path, Path) else path
        for name, layer in performance.conductor.assets.generated.items():
            layer.player = self._recorders[name] = _DurationRecorder(layer.player)
            self._add_tracks(name, is_drums=layer.player.is_percussive)
        performance.log.listeners.append(self._on_line)

    def __enter__(self) -> MidiExport:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def notes(self) -> int:
        """Number of notes so far."""
        return sum(len(track.notes) for track in self._tracks.values())

    def write(self, frames: Sized) -> None:
        """Record tempo and section of a rendered control step; only the number of frames is used."""
        self._frames += len(frames)
        conductor = self._performance.conductor
        latest = self._segments[-1].frame if self._segments else -1.0
        known = conductor.tempo.segments_until(conductor.now)
        self._segments += [segment for segment in known if segment.frame > latest]
        if not self._instances or self._instances[-1] is not conductor.instance:
            self._instances.append(conductor.instance)

    def remarks(self) -> list[str]:
        """Sentences about what the file leaves out or shares."""
        stems = stem_layers(self._preset)
        said = [f"layers of recorded sound have no notes: {', '.join(stems)}"] if stems else []
        if self.notes_taken >= MOST_NOTES:
            said.append(f"only the first {MOST_NOTES} notes are in this file")
        melodic = sum(track.programme is not None for track in self._tracks.values())
        free = len(midi_file.free_channels(list(self._tracks.values())))
        if melodic > free:
            said.append(f"{melodic} layers share {free} channels")
        return said

    def save(self) -> None:
        """Write the MIDI file, up to the present frame."""
        preset = self._preset
        ticks = TickMap(self._segments, self._performance.engine.spec.sample_rate)
        texts = [*self.remarks(), f"seed {self._performance.seed}"]
        sections = [self._mark(instance) for instance in self._instances]
        for key, begun in self._live.items():
            self._write_live_note(key, begun, max(begun[0] + 1, self._frames))
        self._live.clear()
        tracks = [track for track in self._tracks.values() if track.notes or track.channel is None]
        for track in tracks:
            track.notes.sort(key=lambda note: (note.frame, note.midi))
        score = midi_file.MidiScore(
            credits_of(preset), texts, ticks, self._frames, sections, tracks, self._plan_marks(),
        )  # fmt: skip
        midi_file.write(score, self._file)

    def _track_of(self, name: str, is_drums: bool) -> midi_file.NoteTrack:
        table = self._preset.file.layers[name]
        generator = table.generator or ""
        spec = GENERATORS[generator]
        style = blend_text(table.style) or spec.styles[0]
        instrument = table.instrument or spec.instrument_for(style)
        number = programme(instrument, generator, self._preset.file.instruments)
        played_by = instrument if isinstance(instrument, str) else instrument.kind
        text = f"{generator} {style}, played by {played_by}"
        return midi_file.NoteTrack(name, text, None if is_drums else number)

    def _mark(self, instance: SegmentInstance) -> midi_file.SectionMark:
        grid = BarGrid(
            instance.start_beat, instance.offset_beats, instance.beats_per_bar, instance.beat_unit
        )  # fmt: skip
        segment = self._preset.segments.get(instance.section)
        key = Key.parse(self._preset.file.key if segment is None else segment.key)
        return midi_file.SectionMark(instance.section or SILENCE, grid, key)

    def _plan_marks(self) -> list[midi_file.PlanMark]:
        """Chords and parts of the form of all sections in which generated layers play."""
        playback = self._performance.conductor.playback
        end = playback.tempo.beat_at(self._frames)
        ends = [*(instance.start_beat for instance in self._instances[1:]), end]
        marks: list[midi_file.PlanMark] = []
        for instance, until in zip(self._instances, ends, strict=True):
            plans = playback.assets.plans.get(instance.section)
            layers = playback.layers_of(instance.section)
            is_there = instance.section in self._preset.segments
            if is_there and plans is not None and any(name in playback.assets.generated for name in layers):
                marks += marks_of(
                    plans.visit(instance.visit),
                    instance,
                    until,
                    self._preset.segments[instance.section],
                    self._held,
                )
        return marks

    def _on_line(self, line: Line) -> None:
        playback = self._performance.conductor.playback
        if not self._held or self._held[-1][1] != playback.held:  # by a mood, a message, a curve
            beat = playback.tempo.beat_at(line["frame"]) if self._held else -math.inf
            self._held.append((beat, playback.held))
        if line["kind"] == "live_note":
            self._take_live_note(line)
        if line["kind"] != "note":
            return
        name, frame, midi = line["layer"], line["frame"], line["midi"]
        if self.notes_taken >= MOST_NOTES:
            return
        self.notes_taken += 1
        recorder = self._recorders.get(name)
        part, frames = (None, None) if recorder is None else recorder.played(frame, midi)
        if frames is None:  # of a layer that was edited while it was recorded
            frames = self._written_frames(line)
        channel, bank, program = part or (None, 0, None)
        bank = 0 if bank == DRUM_BANK else bank
        note = midi_file.PlayedNote(frame, max(1, frames), midi, line["velocity"], program, bank)
        self._track_named(name, channel).notes.append(note)
        if recorder is not None and len(recorder.durations) > MOST_DURATIONS:
            durations = recorder.durations
            recorder.durations = {key: durations[key] for key in durations if key[0] >= frame}

    def _written_frames(self, line: Line) -> int:
        """Length of a note as it is written, without its performance."""
        tempo = self._performance.conductor.tempo
        beats = float(Fraction(line["duration"]))
        return int(tempo.frame_at(tempo.beat_at(line["frame"]) + beats) - line["frame"])

    def _track_named(self, name: str, channel: int | None = None) -> midi_file.NoteTrack:
        """The track of a layer, or of a channel of its MIDI file; one that an edit has added gets its own."""
        if (name, channel) not in self._tracks:
            layer = self._performance.conductor.assets.generated.get(name)
            self._preset = self._performance.preset
            if channel is None:
                is_drums = layer is not None and layer.player.is_percussive
                self._tracks[name, None] = self._track_of(name, is_drums=is_drums)
            else:
                self._tracks[name, channel] = self._track_of_channel(name, channel)
        return self._tracks[name, channel]

    def _add_tracks(self, name: str, is_drums: bool) -> None:
        """Add the track of a layer, or one for each channel of its MIDI file."""
        song = song_of(self._preset, name)
        if song is None:
            self._tracks[name, None] = self._track_of(name, is_drums)
            return
        for channel in sorted({channel for channel, _, _ in song.programs}):
            self._tracks[name, channel] = self._track_of_channel(name, channel)

    def _track_of_channel(self, name: str, channel: int) -> midi_file.NoteTrack:
        """The track of a channel; its notes tell what it plays."""
        text = f"{self._preset.file.layers[name].midi}, channel {channel + 1}"
        return midi_file.NoteTrack(name, text, None, channel=channel)

    def _take_live_note(self, line: Line) -> None:
        """A live note is written when it ends; what is held at the end of the music ends with it."""
        key = (line["layer"], line["midi"])
        begun = self._live.pop(key, None)
        if begun is not None:
            self._write_live_note(key, begun, line["frame"])
        if line["velocity"] > 0.0:
            self._live[key] = (line["frame"], line["velocity"])

    def _write_live_note(self, key: tuple[str, int], begun: tuple[int, float], end: int) -> None:
        frame, velocity = begun
        note = midi_file.PlayedNote(frame, max(1, end - frame), key[1], velocity)
        self._track_named(key[0]).notes.append(note)


def marks_of(
    plan: SectionPlan,
    instance: SegmentInstance,
    until: float,
    segment: Segment,
    held: Sequence[tuple[float, HeldHarmony]] = (),
) -> list[midi_file.PlanMark]:
    """Chords and parts of the form of a segment instance, up to a beat; declared chords are as written.

    `held` is what was held in place of key and chords, from which beat on; it is told from the next bar on.
    """
    marks: list[midi_file.PlanMark] = []
    bar = max(0, instance.bar_at(instance.offset_beats))
    before, key = "", None
    while (beat := instance.beat_of(instance.bar_start(bar))) < until:
        now = next((harmony for at, harmony in reversed(held) if at <= beat), NOTHING_HELD)
        planned = plan.under(now).bar(bar)
        if planned.bar_in_part == 0 or not marks or planned.part.key != key:
            key = planned.part.key
            marks.append(
                midi_file.PlanMark(
                    max(beat, instance.start_beat), planned.label, is_part=True, key=planned.part.key
                )
            )
        is_declared = bool(segment.chords) and now.chord is None
        written = segment.chords[bar % len(segment.chords)].split() if is_declared else ()
        names = [str(chord) for _, chord in planned.harmony.chords]
        if is_declared and tuple(parse_bar(" ".join(written), segment.meter[0])) == planned.harmony.chords:
            names = list(written)  # spelled as the preset spells them; a held key or tension plays others
        ratio = instance.beats_per_bar / segment.meter[0]
        for (onset, _), name in zip(planned.harmony.chords, names, strict=True):
            at = beat + float(onset) * ratio
            if name != before and at < until:
                marks.append(midi_file.PlanMark(max(at, instance.start_beat), name))
                before = name
        bar += 1
    return marks
