from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.preset.snapshots import snapshot_events
from tests.helpers.presets import two_sections

PAN = 'set = { "layers.calm.pan" = 0.5 }'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('set = { "layers.clam.level_db" = -6.0 }', "the mixer has no `layers.clam.level_db`; did you mean"),
        ('set = { "buses.gone.level_db" = -6.0 }', "the mixer has no `buses.gone.level_db`"),
        ('set = { "layers.calm.level_db" = 60.0 }', "must be from -120 to 24, got 60"),
        ("set = {}", "set"),
        ('set = { "layers.calm.level_db" = nan }', "set"),
        (PAN + '\nwhen = "gone > 1"', "gone"),
        (
            PAN + "\nfade_in = { beats = 1, seconds = 1 }",
            "must have exactly one of",
        ),
        (PAN + "\nfade_in = { beats = 1, start_beats = 1 }", "has a length alone"),
        (PAN + '\nbegin_on = "a"\nend_on = "a"', "cannot begin and end"),
        (PAN + "\nprority = 1", "priority"),
    ],
)
def test_a_faulty_snapshot_is_one_clear_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(PresetError) as caught:
        two_sections(tmp_path, more=f"[snapshots.under]\n{text}\n")

    assert sentence in str(caught.value)
    assert str(caught.value).count("snapshots.under") == 1


def test_events_that_begin_or_end_snapshots_are_known_once(tmp_path: Path) -> None:
    talk = (
        '[snapshots.{}]\nset = {{ "layers.calm.level_db" = -6.0 }}\nbegin_on = "talk"\nend_on = "silence"\n'
    )
    preset = two_sections(tmp_path, more=talk.format("a") + talk.format("b"))

    assert snapshot_events(preset.file) == ("talk", "silence")
