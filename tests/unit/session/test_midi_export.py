from __future__ import annotations

from pathlib import Path

import pytest
from mido import Message, MidiFile

from adaptive.errors import InputError
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.session.midi_export import MidiExport, marks_of, require_notes, stem_layers
from adaptive.session.performance import Performance
from tests.helpers.presets import RATE, make_preset, two_sections
from tests.unit.preset.test_song import cc, on, written

BODY = """
[layers.bass]
generator = "bass"
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["bass", "calm"]
length_bars = 4
"""


def test_a_preset_of_recordings_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Test has no generated layer"):
        require_notes(two_sections(tmp_path))


def test_the_notes_that_sounded_are_written_and_recordings_are_remarked_on(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    require_notes(preset)
    performance = Performance(preset, 1)
    with MidiExport(performance, tmp_path / "out" / "x.mid") as export:
        performance.begin()
        while performance.frame < 3 * RATE:
            export.write(performance.engine.pull(CONTROL_STEP_FRAMES))
            performance.engine.drain_replies()
            performance.step()
        export.save()
        count, remarks = export.notes, export.remarks()
    file = MidiFile(tmp_path / "out" / "x.mid")
    names = [message.name for track in file.tracks for message in track if message.type == "track_name"]
    begun = sum(message.type == "note_on" for track in file.tracks for message in track)

    assert stem_layers(preset) == ["calm"]
    assert names == ["Test", "bass"]
    assert begun == count > 3
    assert remarks == ["layers of recorded sound have no notes: calm"]


def test_a_layer_of_a_midi_file_keeps_its_channels_and_programs(tmp_path: Path) -> None:
    def program(tick: int, number: int, channel: int) -> Message:
        return Message("program_change", program=number, channel=channel, time=tick)

    make_preset(tmp_path, BODY)
    written(
        tmp_path / "song.mid", program(0, 40, 0), program(0, 11, 2), cc(0, 0, 8, 2), on(0, 60, 0),
        on(0, 60, 2), on(0, 36, 9), program(960, 73, 0), on(960, 62, 0), end=1920,
    )  # fmt: skip
    body = BODY.replace('stem = "calm.wav"', 'midi = "song.mid"\ninstrument = "bell"')
    performance = Performance(make_preset(tmp_path, body), 1)
    with MidiExport(performance, tmp_path / "x.mid") as export:
        performance.begin()
        while performance.frame < RATE + RATE // 2:
            export.write(performance.engine.pull(CONTROL_STEP_FRAMES))
            performance.engine.drain_replies()
            performance.step()
        export.save()
    played: dict[int, list[object]] = {}
    for track in MidiFile(tmp_path / "x.mid").tracks:
        for message in track:
            if message.type == "program_change":
                played.setdefault(message.channel, []).append(("program", message.program))
            elif message.type == "note_on" and message.velocity:
                played.setdefault(message.channel, []).append(message.note)
            elif message.type == "control_change":
                played.setdefault(message.channel, []).append(("bank", message.value))

    assert played[0][:4] == [("program", 40), 60, ("program", 73), 62]
    assert played[2][:3] == [("bank", 8), ("program", 11), 60]
    assert 9 not in played  # an instrument with pitches does not play the drums
    assert any(isinstance(one, int) for one in played[1])  # the bass has the channel that is free


def test_chords_and_parts_of_the_form_are_marked_where_they_begin(tmp_path: Path) -> None:
    body = BODY.replace(
        "length_bars = 4", 'length_bars = 4\nform = "A B"\nchords = ["C Db7", "Cmin7/G", "N.C."]'
    )
    preset = make_preset(tmp_path, body)
    performance = Performance(preset, 1)
    segment = preset.segments["calm"]
    playback = performance.conductor.playback
    instance = playback.instance_in("calm", 0.0, 0.0, 1)
    marks = marks_of(playback.assets.plans["calm"].visit(0), instance, 33.0, segment)

    assert [(mark.beat, mark.text) for mark in marks if mark.is_part] == [(0.0, "A"), (32.0, "B")]
    assert [(mark.beat, mark.text) for mark in marks if not mark.is_part][:5] == [
        (0.0, "C"), (2.0, "Db7"), (4.0, "Cmin7/G"), (8.0, "N.C."), (12.0, "C"),
    ]  # fmt: skip
