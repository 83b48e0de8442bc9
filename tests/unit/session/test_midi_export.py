from __future__ import annotations

from pathlib import Path

import pytest
from mido import MidiFile

from adaptive.errors import InputError
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.session.midi_export import MidiExport, require_notes, stem_layers
from adaptive.session.performance import Performance
from tests.helpers.presets import RATE, make_preset, two_sections

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
