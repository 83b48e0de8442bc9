from __future__ import annotations

import io

import numpy as np
import pytest
from mido import MidiFile

from adaptive.music.scale import Key
from adaptive.sinks import midi_file
from adaptive.sinks.midi_file import MidiScore, NoteTrack, PlayedNote, SectionMark, assign_channels, key_name
from adaptive.sinks.midi_time import BarGrid, TickMap
from adaptive.timebase import TempoMap

RATE = 48000


def test_fifteen_parts_have_channels_of_their_own_and_those_alike_share_first() -> None:
    parts = [NoteTrack(f"l{n}", "", n) for n in range(15)] + [
        NoteTrack("d", "", None),
        NoteTrack("same", "", 6),
        NoteTrack("other", "", 99),
    ]
    channels = assign_channels(parts)

    assert len(set(channels[:15])) == 15
    assert 9 not in channels[:15]
    assert channels[15] == 9
    assert channels[16] == channels[6]
    assert channels[17] in channels[:15]


@pytest.mark.parametrize(
    ("key", "name"),
    [("C major", "C"), ("F# minor", "F#m"), ("Bb", "Bb"), ("D dorian", "Am"), ("E phrygian", "Am"),
     ("F lydian", "C"), ("G mixolydian", "C"), ("B locrian", "Am"), ("A harmonic minor", "Am"),
     ("G# major", "Ab"), ("Fb major", "E")],
)  # fmt: skip
def test_a_key_is_named_by_what_stands_at_the_staff(key: str, name: str) -> None:
    assert key_name(Key.parse(key)) == name


def test_a_key_struck_again_ends_where_it_begins_again() -> None:
    ticks = TickMap(TempoMap(RATE, 120.0).segments_until(0), RATE)
    notes = [
        PlayedNote(0, 96000, 60, 0.5),
        PlayedNote(24000, 1, 60, 0.001),
        PlayedNote(24000, 48000, 64, 1.0),
    ]
    part = NoteTrack("p", "bass", 38, notes)
    marks = [SectionMark("a", BarGrid(0.0, 0.0), Key.parse("C"))]
    score = MidiScore({"title": "T"}, ["x"], ticks, 48000, marks, [part])
    file = io.BytesIO()
    midi_file.write(score, file)
    track = MidiFile(file=io.BytesIO(file.getvalue())).tracks[1]
    rows, tick = [], 0
    for message in track:
        tick += message.time
        if message.type.startswith("note"):
            rows.append((tick, message.type, message.note, message.velocity * (message.type == "note_on")))

    assert rows == [
        (0, "note_on", 60, 64), (960, "note_off", 60, 0), (960, "note_on", 60, 1),
        (960, "note_on", 64, 127), (961, "note_off", 60, 0), (2880, "note_off", 64, 0),
    ]  # fmt: skip
    assert tick == 2880  # the file ends with its last note


def test_two_parts_on_one_channel_do_not_end_each_others_notes() -> None:
    ticks = TickMap(TempoMap(RATE, 120.0).segments_until(0), RATE)
    first = NoteTrack("a", "drums", None, [PlayedNote(0, 48000, 36, 0.5), PlayedNote(96000, 100, 36, 0.5)])
    second = NoteTrack(
        "b", "drums", None, [PlayedNote(24000, 24000, 36, 0.5), PlayedNote(96000, 24000, 36, 0.5)]
    )
    marks = [SectionMark("a", BarGrid(0.0, 0.0), Key.parse("C"))]
    file = io.BytesIO()
    midi_file.write(MidiScore({}, [], ticks, 48000, marks, [first, second]), file)
    ends = []
    for track in MidiFile(file=io.BytesIO(file.getvalue())).tracks[1:]:
        times = np.cumsum([message.time for message in track])
        ends.append([int(t) for t, m in zip(times, track, strict=True) if m.type == "note_off"])

    assert ends == [[960, 4800], [1920, 4800]]  # cut by the other's blow; and struck together, end together
