"""The log says which variation of a layer plays, when it begins to sound."""

from __future__ import annotations

from pathlib import Path

from adaptive.conductor.messages import SetState
from tests.helpers.presets import BAR, control_step_of, make_preset, play


def test_the_log_names_the_file_of_a_layer_when_it_begins(tmp_path: Path) -> None:
    body = """
[layers.calm]
stem = ["calm.wav", "fight.wav", "both.wav"]
order = "sequence"
[layers.other]
stem = "both.wav"
[sections.calm]
layers = ["calm", "other"]
length_bars = 2
[sections.fight]
layers = ["other"]
length_bars = 2
"""
    script = {
        control_step_of(5): [SetState("section", "fight")],
        control_step_of(7): [SetState("section", "calm")],
    }
    played = play(make_preset(tmp_path, body), 12, script)
    logged = [(line["frame"], line["take"]) for line in played.log if "take" in line]

    assert logged[:3] == [(0, "calm.wav"), (2 * BAR, "fight.wav"), (4 * BAR, "both.wav")]
    assert [take for _, take in logged[3:]] == ["calm.wav", "fight.wav", "both.wav"][: len(logged) - 3]
    assert logged[3][0] > 7 * BAR
    assert all(line["layer"] == "calm" for line in played.log if "take" in line)
