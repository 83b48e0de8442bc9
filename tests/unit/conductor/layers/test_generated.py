"""Generated layers: written ahead, in tempo, in the harmony of their bar, and logged note by note."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from adaptive.conductor.messages import SetState, SetTempo, Transport
from adaptive.conductor.write_ahead import CERTAIN_S
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from tests.helpers.presets import (
    BAR,
    BEAT,
    HEAD,
    RATE,
    Played,
    Player,
    control_step_of,
    make_preset,
    play,
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


def go(value: str) -> SetState:
    return SetState("section", value)


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
            # two bars are written in a step, so after a bar line some layers follow in the next steps
            before = max(0.0, conductor.tempo.beat_at(conductor.now - 2 * CONTROL_STEP_FRAMES))
            assert layer.cursor_beat >= min(before // 4 * 4 + 8, seam) - 1e-6


def test_all_written_notes_sound_and_none_is_late(tmp_path: Path) -> None:
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


def test_a_generated_layer_of_both_sections_continues(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, BODY, HEAD_120), 10, {control_step_of(3.3): [go("fight")]})
    frames = [line["frame"] for line in played.lines("note", layer="drums")]

    assert max(b - a for a, b in pairwise(sorted(frames))) <= RATE * 2.1
    # the layer that ends plays on during its fade of two beats
    assert played.lines("note", layer="bass")[-1]["frame"] < played.seams()[0]["frame"] + RATE
    assert played.lines("note", layer="pad")[0]["frame"] >= played.seams()[0]["frame"]


def test_a_seam_at_the_same_position_keeps_the_bars_of_generated_layers(tmp_path: Path) -> None:
    body = BODY + '[[transitions]]\nfrom="any"\nto="any"\nexit_at="beat"\nenter_at="same_position"\n'
    played = play(make_preset(tmp_path, body, HEAD_120), 9, {control_step_of(2.7): [go("fight")]})
    pads = [line for line in played.lines("note", layer="pad")]

    assert played.seams()[0]["section_position"] == "2.3.0"
    # from the next bar line on, chords begin on bar lines
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


def test_a_large_change_of_density_is_heard_from_the_next_beat_on(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    player.performance.schedule_values([(round(2.5 * RATE), "threat", 1.0)])
    played = player.play(8 * RATE)
    hits = [line["frame"] for line in played.lines("note", layer="drums")]
    before, after = (sum(first <= hit < first + RATE for hit in hits) for first in (2 * RATE, 3 * RATE))

    assert after > before + 3
    assert played.lines("layer", layer="drums")[0]["frame"] == 3 * RATE


def test_generated_layers_stop_on_the_bar_and_start_again(tmp_path: Path) -> None:
    script = {
        control_step_of(1.2): [Transport(is_playing=False)],
        control_step_of(6.1): [Transport(is_playing=True)],
    }
    played = play(make_preset(tmp_path, BODY, HEAD_120), 10, script)
    frames = [line["frame"] / RATE for line in played.lines("note", layer="drums")]

    assert [t for t in frames if 2.0 <= t < 6.1] == []
    assert any(t < 2.0 for t in frames)
    assert any(6.1 < t < 6.7 for t in frames)


def test_a_layer_that_fades_out_gets_quieter_and_is_silent_afterwards(tmp_path: Path) -> None:
    body = BODY + '[[transitions]]\nfrom="any"\nto="any"\nfade_out={ bars = 1 }\n'
    played = play(make_preset(tmp_path, body, HEAD_120), 8, {control_step_of(3.2): [go("fight")]})
    level = [np.abs(played.bus("bass")[n * RATE // 2 : (n + 1) * RATE // 2]).max() for n in range(16)]

    assert max(level[7:9]) > 0.02
    assert level[11] < 0.35 * max(level[:8])
    assert max(level[13:]) < 1e-3


def test_no_note_is_doubled_or_lost_when_the_tempo_changes(tmp_path: Path) -> None:
    body = (
        '[layers.drums]\ngenerator = "drums"\nstyle = "drive"\ndensity = 0.9\n'
        '[sections.calm]\nlayers = ["drums"]\nlength_bars = 4\n'
    )
    preset = make_preset(tmp_path, body)
    script = {control_step_of(0.5 + 0.07 * n): [SetTempo(200.0 + 80.0 * (n % 2))] for n in range(60)}
    played = play(preset, 6, script)
    there = play(preset, 6)

    def hits(result: Played, bars: int) -> list[tuple[int, str, str]]:
        counted: dict[tuple[str, str], int] = {}
        found = []
        for line in result.lines("note"):
            bar = int(line["position"].split(".")[0])
            key = (line["onset"], line["pitch"])
            counted[key] = counted.get(key, 0) + 1
            if bar <= bars:
                found.append((counted[key], *key))
        return sorted(found)

    assert hits(played, 4) == hits(there, 4)


def test_generated_layers_keep_the_bars_of_their_section(tmp_path: Path) -> None:
    body = """
[layers.drums]
generator = "drums"
[sections.calm]
layers = ["drums"]
length_bars = 4
[sections.waltz]
layers = ["drums"]
length_bars = 4
meter = "3/4"
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""
    played = play(make_preset(tmp_path, body), 8, {control_step_of(1.3): [go("waltz")]})
    seam = played.seams()[0]["frame"]
    kicks = [line["frame"] - seam for line in played.lines("note", pitch="kick") if line["frame"] >= seam]
    on_one = [frame for frame in kicks if min(frame % (3 * BEAT), -frame % (3 * BEAT)) < BEAT // 8]

    assert seam == 2 * BAR
    assert len(on_one) >= 7  # a kick on beat 1 of each bar of three beats that fits
    assert played.lines("parameter") == []
