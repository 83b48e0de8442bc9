"""Writes Standard MIDI Files of what the generated layers played.

Format 1, 960 ticks per quarter note.  The first track holds tempo, bars, key and sections; each layer has a
track of its own.  Onsets, durations and velocities are those performed.  A file does not depend on when it
was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from mido import Message, MetaMessage, MidiFile, MidiTrack

from adaptive.music.scale import Key
from adaptive.sinks.midi_time import TICKS_PER_QUARTER, BarGrid, TickMap, signatures

DRUM_CHANNEL = 9
"""Channel 10, counted from 1: the percussion channel of General MIDI."""

MELODIC_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)

MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
MINOR = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")

# Order of events on one tick: meta events, note offs, program changes, note ons.
_META, _OFF, _PROGRAMME, _ON = range(4)

NEVER = 1 << 62
"""A tick after every other."""

Row = tuple[int, int, Any]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note that sounded.

    Parameters
    ----------
    frame, frames : int
        Frame at which it began, and number of frames for which it was held.
    midi : int
        Its MIDI key number; for drums, that of General MIDI's percussion map.
    velocity : float
        0 … 1.
    programme, bank : int or None, int
        What the channel plays from here on, where the track has a channel of its own; None: as before.
    """

    frame: int
    frames: int
    midi: int
    velocity: float
    programme: int | None = None
    bank: int = 0


@dataclass(slots=True)
class NoteTrack:
    """A generated layer.

    Parameters
    ----------
    name, text : str
        Name of the layer, and a text about its generator and instrument.
    programme : int or None
        General MIDI program, 0 … 127; None for drums.
    notes : list of PlayedNote
        In order of time.
    channel : int or None
        Its channel, 0 … 15, of a MIDI file that a layer plays; None: one is chosen.
    """

    name: str
    text: str
    programme: int | None
    notes: list[PlayedNote] = field(default_factory=list)
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class SectionMark:
    """The beginning of a section: its name, bar grid and key."""

    name: str
    grid: BarGrid
    key: Key


@dataclass(frozen=True, slots=True)
class PlanMark:
    """A chord symbol, or the name and key of a part of the form, at a beat of the timeline."""

    beat: float
    text: str
    is_part: bool = False
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class MidiScore:
    """The content of a file.

    Parameters
    ----------
    tags : Mapping
        Title, artist, licence.
    texts : sequence of str
        Remarks.
    ticks : TickMap
        The tempo map.
    end_frame : int
        Frame at which the music ends.
    sections : sequence of SectionMark
        In order of time.
    tracks : sequence of NoteTrack
        One for each generated layer.
    plan : sequence of PlanMark
        Parts of the form and chords, in order of time.
    """

    tags: Mapping[str, str]
    texts: Sequence[str]
    ticks: TickMap
    end_frame: int
    sections: Sequence[SectionMark]
    tracks: Sequence[NoteTrack]
    plan: Sequence[PlanMark] = ()


def write(score: MidiScore, file: IO[bytes]) -> None:
    """Write a score to an open binary file."""
    music = MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    end = score.ticks.tick_at(score.end_frame)
    channels = assign_channels(score.tracks)
    placed = _places(score.tracks, channels, score.ticks)
    tracks = [
        _note_rows(track, channel, places)
        for track, channel, places in zip(score.tracks, channels, placed, strict=True)
    ]
    end = max([end, *(tick for rows in tracks for tick, _, _ in rows)])
    for rows in (_first_rows(score, end), *tracks):
        music.tracks.append(_track(rows, end))
    music.save(file=file)


def assign_channels(tracks: Sequence[NoteTrack]) -> list[int]:
    """Channel of each track.

    Drums share channel 9, and a track with a channel of its own keeps it.  Others have those that are free;
    of more than there are, those with the same program share first.
    """
    free = free_channels(tracks)
    of_programme: dict[int | None, int] = {}
    found: list[int] = []
    taken = 0
    for track in tracks:
        if track.channel is not None:
            channel = track.channel
        elif track.programme is None:
            channel = DRUM_CHANNEL
        elif taken < len(free):
            channel, taken = free[taken], taken + 1
            of_programme.setdefault(track.programme, channel)
        else:
            shared = free[taken % len(free)]
            channel, taken = of_programme.get(track.programme, shared), taken + 1
        found.append(channel)
    return found


def free_channels(tracks: Sequence[NoteTrack]) -> list[int]:
    """The channels for pitches that no track has of its own; if there are none, all of them."""
    kept = {track.channel for track in tracks}
    return [one for one in MELODIC_CHANNELS if one not in kept] or list(MELODIC_CHANNELS)


def key_name(key: Key) -> str:
    """Key signature in MIDI's notation; a mode has that of the major or minor key with the same notes.

    Examples
    --------
    >>> key_name(Key.parse("D dorian")), key_name(Key.parse("G# major"))
    ('Am', 'Ab')
    """
    sharps = key.sharps
    while abs(sharps) > 7:
        sharps -= 12 if sharps > 0 else -12
    return (MINOR if key.is_minor else MAJOR)[sharps + 7]


def _first_rows(score: MidiScore, end: int) -> list[Row]:
    """Rows of the first track: title, bars, keys, tempo, sections."""
    ticks = score.ticks
    names = {"title": "track_name", "artist": "text", "license": "copyright", "comment": "text"}
    rows: list[Row] = []
    for tag, kind in names.items():
        if score.tags.get(tag):
            value = score.tags[tag]
            rows.append((0, _META, _named(kind, f"composer: {value}" if tag == "artist" else value)))
    rows += [(0, _META, MetaMessage("text", text=text)) for text in score.texts]
    grids = [mark.grid for mark in score.sections]
    for beat, (beats, unit) in signatures(grids):
        signature = MetaMessage("time_signature", numerator=beats, denominator=unit)
        rows.append((ticks.tick_of(beat), _META, signature))
    rows += _key_rows(score)
    rows += [
        (ticks.tick_of(mark.grid.beat), _META, MetaMessage("marker", text=mark.name))
        for mark in score.sections
    ]
    for plan_mark in score.plan:
        kind = "cue_marker" if plan_mark.is_part else "text"
        rows.append((ticks.tick_of(plan_mark.beat), _META, MetaMessage(kind, text=plan_mark.text)))
    rows += [(tick, _META, MetaMessage("set_tempo", tempo=tempo)) for tick, tempo in ticks.tempos(end)]
    return [row for row in rows if row[0] <= end]


def _key_rows(score: MidiScore) -> list[Row]:
    """Key signatures where the key of a section or of a part of the form is another than before."""
    keys = {score.ticks.tick_of(mark.grid.beat): key_name(mark.key) for mark in score.sections}
    keys |= {score.ticks.tick_of(mark.beat): key_name(mark.key) for mark in score.plan if mark.key}
    rows: list[Row] = []
    written = ""
    for tick, name in sorted(keys.items()):
        if name != written:
            rows.append((tick, _META, MetaMessage("key_signature", key=name)))
        written = name
    return rows


def _named(kind: str, value: str) -> MetaMessage:
    return MetaMessage(kind, **{"name" if kind == "track_name" else "text": value})


def _note_rows(track: NoteTrack, channel: int, places: Sequence[Place]) -> list[Row]:
    rows: list[Row] = [
        (0, _META, MetaMessage("track_name", name=track.name)),
        (0, _META, MetaMessage("text", text=track.text)),
    ]
    if track.programme is not None:
        change = Message("program_change", channel=channel, program=track.programme)
        rows.append((0, _PROGRAMME, change))
    before: tuple[int, int] | None = None
    for (tick, ends), note in zip(places, track.notes, strict=True):
        if note.programme is not None and before != (note.bank, note.programme):
            if note.bank != (0 if before is None else before[0]):
                bank = Message("control_change", channel=channel, control=0, value=note.bank & 127)
                rows.append((tick, _OFF, bank))
            change = Message("program_change", channel=channel, program=note.programme)
            rows.append((tick, _PROGRAMME, change))
            before = note.bank, note.programme
        velocity = min(127, max(1, round(note.velocity * 127)))
        on = Message("note_on", channel=channel, note=note.midi, velocity=velocity)
        rows += [(tick, _ON, on), (ends, _OFF, Message("note_off", channel=channel, note=note.midi))]
    return rows


def _places(tracks: Sequence[NoteTrack], channels: Sequence[int], ticks: TickMap) -> list[list[Place]]:
    """Ticks at which each note begins and ends.

    A file identifies a note by channel and key only, so the end of one note would also end another of the
    same key.  So a note ends at the latest where the next one of its key begins.
    """
    found: list[list[Place]] = [[(0, 0)] * len(track.notes) for track in tracks]
    rows = [
        (ticks.tick_at(note.frame), ticks.tick_at(note.frame + note.frames), channel, note.midi, track, index)
        for track, channel in enumerate(channels)
        for index, note in enumerate(tracks[track].notes)
    ]
    next_of: dict[tuple[int, int], Place] = {}
    for tick, ends, channel, midi, track, index in sorted(rows, reverse=True):
        next_on, next_end = next_of.get((channel, midi), (NEVER, NEVER))
        ends = next_end if next_on == tick else max(tick + 1, min(ends, next_on))
        next_of[channel, midi] = found[track][index] = (tick, ends)
    return found


def _track(rows: list[Row], end: int) -> MidiTrack:
    track, now = MidiTrack(), 0
    for tick, _, message in sorted(rows, key=lambda row: row[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(MetaMessage("end_of_track", time=end - now))
    return track
