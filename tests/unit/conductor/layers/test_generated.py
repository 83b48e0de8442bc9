"""Generated layers: written ahead, in tempo, in the harmony of the place; and what the log says of them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.conductor.conductor import CERTAIN_S
from adaptive.conductor.messages import SetState, SetTempo, Transport
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from tests.helpers.presets import HEAD, RATE, STEM_LAYERS, Player, control_step_of, make_preset, play

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
KEYS = {"frame", "t", "position", "section_position", "kind", "reason"}
KINDS = {"state", "transition", "stinger", "layer", "tempo", "note", "parameter", "receipt", "health"}


def go(value: str) -> SetState:
    return SetState("section", value)


def test_every_line_of_the_log_has_the_keys_of_the_contract_and_no_wall_time(tmp_path: Path) -> None:
    played = play(
        make_preset(tmp_path, BODY, HEAD_120), 8, {control_step_of(1): [go("fight")], 700: [SetTempo(140)]}
    )

    assert {frozenset(KEYS - set(line)) for line in played.log} == {frozenset()}
    assert {line["kind"] for line in played.log} <= KINDS
    assert all(line["t"] == round(line["frame"] / RATE, 6) for line in played.log)
    assert all(line["reason"] for line in played.log)


def test_notes_are_written_a_second_and_a_half_ahead_and_to_the_end_of_the_next_bar(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    conductor = player.performance.conductor
    for _ in range(control_step_of(6)):
        player.control_step(
            [go("fight")] if player.performance.next_control_step == control_step_of(1.3) else ()
        )
        for name in conductor.playback.preset.file.sections[conductor.instance.section].layers:
            layer = conductor.assets.generated[name]
            certain = conductor.tempo.beat_at(conductor.now + round(CERTAIN_S * RATE))
            seam = conductor.transition.beat if conductor.transition else float("inf")
            assert layer.cursor_beat >= min(certain, seam) - 1e-6
            # a few bars a step: two layers of a bar line are there a step later
            before = max(0.0, conductor.tempo.beat_at(conductor.now - 2 * CONTROL_STEP_FRAMES))
            assert layer.cursor_beat >= min(before // 4 * 4 + 8, seam) - 1e-6


def test_all_that_is_written_sounds_and_nothing_is_late(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, BODY, HEAD_120), 10, {control_step_of(3.3): [go("fight")]})
    telemetry = played.performance.engine.telemetry()

    assert (telemetry.late_commands, telemetry.refused, telemetry.stolen_voices) == (0, 0, 0)
    assert played.lines("health") == []


def test_a_hit_sounds_in_the_frame_the_log_says(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, BODY, HEAD_120), 4)
    drums = np.abs(played.bus("drums"))
    first = played.lines("note", layer="drums")[0]["frame"]
    onset = int(np.flatnonzero(drums > 1e-4)[0])

    assert 0 <= onset - first < 48


def test_a_generated_layer_of_both_sections_goes_on(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, BODY, HEAD_120), 10, {control_step_of(3.3): [go("fight")]})
    frames = [line["frame"] for line in played.lines("note", layer="drums")]

    assert max(b - a for a, b in pairwise(sorted(frames))) <= RATE * 2.1
    # what leaves goes on under its fade of two beats
    assert played.lines("note", layer="bass")[-1]["frame"] < played.seams()[0]["frame"] + RATE
    assert played.lines("note", layer="pad")[0]["frame"] >= played.seams()[0]["frame"]


def test_a_seam_at_the_same_position_keeps_the_bars_of_written_layers(tmp_path: Path) -> None:
    body = BODY + '[[transitions]]\nfrom="any"\nto="any"\nexit_at="beat"\nenter_at="same_position"\n'
    played = play(make_preset(tmp_path, body, HEAD_120), 9, {control_step_of(2.7): [go("fight")]})
    pads = [line for line in played.lines("note", layer="pad")]

    assert played.seams()[0]["section_position"] == "2.3.0"
    # from the next bar line on, chords begin where bars do
    assert "3.1" in {".".join(line["section_position"].split(".")[:2]) for line in pads}


def test_a_seam_at_the_same_position_enters_the_harmony_in_the_bar_it_is_in(tmp_path: Path) -> None:
    chords = 'chords = ["Dm", "Gm", "A", "Bb"]\n'
    body = BODY.replace("energy = 0.9\n", "energy = 0.9\n" + chords).replace(
        "energy = 0.7\n", "energy = 0.7\n" + chords
    )
    body += '[[transitions]]\nfrom="any"\nto="any"\nexit_at="bar"\nenter_at="same_position"\n'
    played = play(make_preset(tmp_path, body, HEAD_120), 9, {control_step_of(2.7): [go("fight")]})
    third = [
        line for line in played.lines("note", layer="pad") if line["section_position"].startswith("3.1.")
    ]

    assert played.seams()[0]["section_position"] == "3.1.0"
    assert {line["midi"] % 12 for line in third} <= {9, 1, 4, 7}  # A major, perhaps with its seventh


def test_a_density_that_moves_is_heard_from_the_next_bar_on(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    player.performance.schedule_values([(round(2.5 * RATE), "threat", 1.0)])
    played = player.play(8 * RATE)
    hits = [line["frame"] // (2 * RATE) for line in played.lines("note", layer="drums")]
    counts = [hits.count(bar) for bar in range(4)]

    assert counts[1] <= counts[0] + 3
    assert counts[2] > counts[1] + 3
    assert played.lines("layer", layer="drums")[0]["frame"] == 4 * RATE


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


def test_stretches_of_silence_between_notes_do_not_grow_when_the_tempo_changes(tmp_path: Path) -> None:
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


def test_a_tempo_is_refused_while_recorded_stems_play(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, STEMS_AND_NOTES), 2, {control_step_of(0.5): [SetTempo(160.0, "t")]})

    assert played.told("t") == ["dropped"]
    assert "recorded stems" in played.receipts[0].reason
    assert played.performance.conductor.tempo.tempo_at(2 * RATE) == pytest.approx(240.0)


def test_a_tempo_for_the_section_on_its_way_leaves_the_stems_that_still_play_alone(tmp_path: Path) -> None:
    script = {control_step_of(1.2): [go("fight")], control_step_of(1.5): [SetTempo(160.0, "t")]}
    played = play(make_preset(tmp_path, STEMS_AND_NOTES), 5, script)
    tempo = played.performance.conductor.tempo

    assert played.told("t") == ["accepted", "finished"]
    assert tempo.tempo_at(1.99 * RATE) == pytest.approx(240.0)
    assert tempo.tempo_at(2.01 * RATE) == pytest.approx(160.0)
    assert {line["frame"] for line in played.seams()} == {2 * RATE}


def test_a_tempo_in_the_last_moment_before_a_seam_waits_for_it(tmp_path: Path) -> None:
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


def test_written_layers_stop_on_the_bar_and_come_back(tmp_path: Path) -> None:
    script = {
        control_step_of(1.2): [Transport(is_playing=False)],
        control_step_of(6.1): [Transport(is_playing=True)],
    }
    played = play(make_preset(tmp_path, BODY, HEAD_120), 10, script)
    frames = [line["frame"] / RATE for line in played.lines("note", layer="drums")]

    assert [t for t in frames if 2.0 <= t < 6.1] == []
    assert any(t < 2.0 for t in frames)
    assert any(6.1 < t < 6.7 for t in frames)


def test_what_leaves_with_a_fade_gets_quieter_and_is_silent_after_it(tmp_path: Path) -> None:
    body = BODY + '[[transitions]]\nfrom="any"\nto="any"\nfade_out={ bars = 1 }\n'
    played = play(make_preset(tmp_path, body, HEAD_120), 8, {control_step_of(3.2): [go("fight")]})
    level = [np.abs(played.bus("bass")[n * RATE // 2 : (n + 1) * RATE // 2]).max() for n in range(16)]

    assert max(level[7:9]) > 0.02
    assert level[11] < 0.35 * max(level[:8])
    assert max(level[13:]) < 1e-3


def test_a_commit_that_does_not_fit_is_tried_again_and_said(tmp_path: Path) -> None:
    from adaptive.errors import QueueFullError

    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    engine = player.performance.engine
    post, fails = engine.post, [3]

    def refusing(commands: list) -> int:
        if fails[0] > 0:
            fails[0] -= 1
            raise QueueFullError("a commit does not fit")
        return post(commands)

    engine.post = refusing
    played = player.play(6 * RATE)
    engine.post = post
    alone = play(make_preset(tmp_path, BODY, HEAD_120), 6)

    assert len(played.lines("health")) == 3
    assert played.lines("note") == alone.lines("note")
    assert np.array_equal(played.master, alone.master)


def test_the_beginning_fits_into_small_commits(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    player.control_step()

    assert player.performance.frame == CONTROL_STEP_FRAMES
    assert player.performance.engine.telemetry().refused == 0


def test_the_first_bars_of_other_sections_are_known_before_the_music_turns(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    pad = player.performance.conductor.assets.generated["pad"]
    player.play(round(0.5 * RATE))
    composed: list[int] = []
    generator = pad.generator

    def watched(context: BarContext) -> WrittenBar:
        composed.append(context.bar)
        return generator(context)

    pad.generator = watched
    played = player.play(4 * RATE, {control_step_of(1): [go("fight")]})

    assert played.lines("note", layer="pad")
    assert 0 not in composed
    assert 1 in composed
