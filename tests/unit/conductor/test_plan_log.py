"""The log tells the plan of generated music, a line for each part of the form."""

from __future__ import annotations

import json
from pathlib import Path

from adaptive.conductor.messages import SetState
from adaptive.session.explain import explanations
from tests.helpers.presets import BAR, control_step_of, make_preset, play

BODY = """
[layers.bass]
generator = "bass"
[layers.tune]
generator = "melody"
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["bass", "tune"]
length_bars = 2
form = "A B"
chords = ["Am", "F", "Dm", "E"]
[sections.fight]
layers = ["calm"]
length_bars = 2
"""


def test_each_part_is_logged_at_its_first_bar_and_told_in_a_sentence(tmp_path: Path) -> None:
    script = {
        control_step_of(9): [SetState("section", "fight")],
        control_step_of(11): [SetState("section", "calm")],
    }
    played = play(make_preset(tmp_path, BODY), 14, script)
    lines = [line for line in played.log if line["kind"] == "plan"]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in played.log), encoding="utf-8")
    told = [one.text for one in explanations(log) if one.kind == "plan"]

    assert [line["part"] for line in lines] == ["A", "B", "A'"]
    assert [round(line["frame"] / BAR, 1) for line in lines[:2]] == [0.0, 8.0]
    assert lines[0]["chords"] == ["Am", "F", "Dm", "E"] * 2
    assert lines[0]["leader"] == "tune"
    assert told[0] == "calm plays A (8 bars in A minor): Am | F | Dm | E | Am | F | Dm | E; tune leads"


def test_recordings_alone_have_no_plan(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, BODY), 3, {0: [SetState("section", "fight")]})

    assert [line["section"] for line in played.log if line["kind"] == "plan"] in ([], ["calm"])
