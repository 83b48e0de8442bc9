"""The decision log: its keys, its order, and no wall-clock time."""

from __future__ import annotations

import json
from pathlib import Path

from adaptive.conductor.log import KEPT, DecisionLog
from adaptive.conductor.messages import SetState, SetTempo
from tests.helpers.presets import HEAD, RATE, control_step_of, make_preset, play

HEAD_120 = HEAD.replace("240", "120")


BODY = """
[parameters.threat]
[layers.drums]
generator = "drums"
density = { over = "threat", points = [[0.0, 0.1], [1.0, 1.0]] }
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[sections.calm]
layers = ["drums", "bass"]
length_bars = 4
energy = 0.7
[sections.fight]
layers = ["drums", "pad"]
length_bars = 4
energy = 0.9
"""


def go(value: str) -> SetState:
    return SetState("section", value)


KEYS = {"frame", "t", "position", "section_position", "kind", "reason"}


KINDS = {"state", "transition", "stinger", "layer", "tempo", "note", "plan", "parameter", "receipt", "health"}


def test_every_line_has_the_documented_keys_and_no_wall_clock_time(tmp_path: Path) -> None:
    played = play(
        make_preset(tmp_path, BODY, HEAD_120), 8, {control_step_of(1): [go("fight")], 700: [SetTempo(140)]}
    )

    assert {frozenset(KEYS - set(line)) for line in played.log} == {frozenset()}
    assert {line["kind"] for line in played.log} <= KINDS
    assert all(line["t"] == round(line["frame"] / RATE, 6) for line in played.log)
    assert all(line["reason"] for line in played.log)


def test_a_line_goes_as_json_to_the_writer_and_as_a_dict_to_listeners() -> None:
    written: list[str] = []
    heard: list[dict[str, object]] = []
    log = DecisionLog(48000, written.append)
    log.listeners.append(heard.append)
    line = log.keep(log.made("layer", 24000, "1.3.0", "1.3.0", "because", layer="drums é"))

    assert line["t"] == 0.5
    assert [json.loads(text) for text in written] == [line]
    assert "é" in written[0]
    assert heard == [line]


def test_only_the_latest_lines_stay_in_memory() -> None:
    log = DecisionLog(48000)
    for frame in range(KEPT + 10):
        log.keep(log.made("note", frame, "1.1.0", "1.1.0", ""))

    assert len(log.recent) == KEPT
    assert log.recent[0]["frame"] == 10
