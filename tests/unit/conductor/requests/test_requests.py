"""Messages from outside: tempo, stop and play, and messages that change nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from adaptive.conductor.messages import SetState, SetTempo, Transport
from tests.helpers.presets import (
    HEAD,
    RATE,
    STEM_LAYERS,
    control_step_of,
    make_preset,
    play,
    two_sections,
)

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


def go(value: str, message_id: str | None = None) -> SetState:
    return SetState("section", value, message_id)


def test_a_tempo_is_followed_within_a_beat_and_positions_do_not_jump(tmp_path: Path) -> None:
    body = (
        BODY.replace("density", "# density")
        .replace("# density = {", "x_density = {")
        .replace('x_density = { over = "threat", points = [[0.0, 0.1], [1.0, 1.0]] }\n', "")
    )
    played = play(make_preset(tmp_path, body, HEAD_120), 10, {control_step_of(3.1): [SetTempo(160.0, "t")]})
    tempo = played.performance.conductor.tempo
    notes = sorted(played.lines("note"), key=lambda line: line["frame"])
    positions = [tuple(map(int, line["position"].split("."))) for line in notes]
    kicks = [line for line in notes if line["midi"] == 36 and line["onset"] == "0" and line["t"] > 5]
    written = [line["frame"] - line["offset_beats"] * 18000 for line in kicks]

    assert played.told("t") == ["accepted", "finished"]
    assert tempo.tempo_at(3.1 * RATE) < 125 < 159.9 < tempo.tempo_at(3.8 * RATE)
    assert positions == sorted(positions)
    assert len(written) >= 2
    assert max(abs(b - a - 72000) for a, b in pairwise(written)) < 5  # four beats at 160


def test_gaps_between_notes_do_not_grow_when_the_tempo_changes(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY, HEAD_120)
    script = {control_step_of(2 + 0.3 * n): [SetTempo(100.0 + 12 * (n % 6))] for n in range(20)}
    played = play(preset, 10, script)
    frames = sorted(line["frame"] for line in played.lines("note", layer="bass"))

    assert max(b - a for a, b in pairwise(frames)) < 2 * RATE
    assert played.performance.engine.telemetry().late_commands == 0


STEMS_AND_NOTES = (
    STEM_LAYERS
    + """
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["bass"]
length_bars = 4
"""
)


def test_a_tempo_moves_recorded_stems_and_the_seam_that_is_planned(tmp_path: Path) -> None:
    script = {control_step_of(1.2): [go("fight")], control_step_of(1.5): [SetTempo(160.0, "t")]}
    played = play(make_preset(tmp_path, STEMS_AND_NOTES), 5, script)
    tempo = played.performance.conductor.tempo

    assert played.told("t") == ["accepted", "finished"]
    assert tempo.tempo_at(1.5 * RATE) == pytest.approx(240.0)
    assert tempo.tempo_at(2.01 * RATE) == pytest.approx(160.0)
    assert [line["position"] for line in played.seams()] == ["3.1.0", "3.1.0"]
    assert played.seams()[-1]["frame"] > 2 * RATE


def test_a_tempo_beyond_what_recordings_can_be_stretched_to_is_clamped(tmp_path: Path) -> None:
    script = {control_step_of(0.5): [SetTempo(20.0, "slow")], control_step_of(1.5): [SetTempo(None, "own")]}
    played = play(make_preset(tmp_path, STEMS_AND_NOTES), 3, script)
    slow, own = played.lines("tempo", status="set")

    assert (slow["tempo_bpm"], slow["asked_bpm"], own["tempo_bpm"]) == (120.0, 20.0, 240.0)
    assert played.receipts[0].reason == (
        "120 bpm instead of 20: recordings at 240 bpm are stretched to half or twice their tempo"
    )
    assert played.performance.conductor.tempo.tempo_at(3 * RATE) == 240.0


def test_a_tempo_message_just_before_a_seam_waits_for_the_seam(tmp_path: Path) -> None:
    script = {control_step_of(3.2): [go("fight")], control_step_of(3.97): [SetTempo(150.0, "t")]}
    played = play(make_preset(tmp_path, BODY, HEAD_120), 8, script)

    assert played.told("t") == ["accepted", "deferred", "started", "finished"]
    assert [line["frame"] for line in played.seams()] == [4 * RATE]
    assert played.lines("layer", section="fight")[0]["frame"] == 4 * RATE
    assert played.performance.conductor.tempo.tempo_at(7 * RATE) == pytest.approx(150.0)
    assert played.lines("note", layer="bass")[-1]["frame"] < 5 * RATE


def test_a_planned_change_of_tempo_moves_a_seam_with_its_bar_line(tmp_path: Path) -> None:
    script = {control_step_of(2.2): [go("fight")], control_step_of(2.5): [SetTempo(240.0)]}
    played = play(make_preset(tmp_path, BODY, HEAD_120), 8, script)

    assert [line["position"] for line in played.seams()] == ["3.1.0", "3.1.0"]
    assert played.seams()[1]["frame"] < played.seams()[0]["frame"]


def test_asking_for_the_section_that_plays_is_merged_and_changes_nothing(tmp_path: Path) -> None:
    played = play(two_sections(tmp_path), 1.5, {control_step_of(0.3): [go("calm", "a")]})

    assert played.told("a") == ["merged"]
    assert played.seams() == []


def test_stopping_twice_is_merged(tmp_path: Path) -> None:
    stop = Transport(is_playing=False, id="b")
    played = play(
        two_sections(tmp_path),
        2,
        {control_step_of(0.5): [Transport(is_playing=False)], control_step_of(0.7): [stop]},
    )

    assert played.told("b") == ["merged"]
