from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import SetState, SetTempo, Transport
from adaptive.preset.model import Preset
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    BEAT,
    GAIN,
    Played,
    control_step_of,
    make_preset,
    play,
    sounding,
    two_sections,
    write_sine,
)

BODY = """
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[layers.ground]
stem = "both.wav"
[layers.drums]
generator = "drums"
[sections.calm]
layers = ["calm", "ground", "drums"]
length_bars = 4
[sections.fight]
layers = ["fight"]
length_bars = 4
[[transitions]]
from = "calm"
to = "fight"
exit_at = "bar"
bridge = "alarm"
{rule}
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
[bridges.alarm]
stem = "alarm.wav"
length_beats = 6
layers = ["ground", "drums"]
{bridge}
"""


def bridged(folder: Path, rule: str = "", bridge: str = "") -> Preset:
    folder.mkdir(parents=True, exist_ok=True)
    write_sine(folder / "alarm.wav", 300.0, beats=6)
    return make_preset(folder, BODY.replace("{rule}", rule).replace("{bridge}", bridge))


def go(value: str, message_id: str | None = None) -> SetState:
    return SetState("section", value, message_id)


def alarm(played: Played) -> np.ndarray:
    return played.buses[played.performance.layout.bridges["bridge:alarm"].bus, 0]


def arrivals(played: Played) -> list[tuple[str, float]]:
    lines = [line for line in played.lines("layer") if "section" in line]
    return [(line["section"], line["frame"] / BAR) for line in lines]


def test_a_bridge_plays_once_between_two_sections_frame_by_frame(tmp_path: Path) -> None:
    played = play(bridged(tmp_path), 6, {control_step_of(0.6): [go("fight")]})

    assert arrivals(played) == [("bridge:alarm", 1.0), ("fight", 2.5)]
    expected = GAIN * np.sin(2 * np.pi * 450 * np.arange(6 * BEAT) / (6 * BEAT))
    heard = alarm(played)
    assert np.abs(heard[:BAR]).max() == 0.0
    assert np.abs(heard[BAR : BAR + 6 * BEAT] - expected).max() < 2e-3
    assert np.abs(heard[BAR + 6 * BEAT + 240 :]).max() == 0.0
    assert abs(sounding(played.bus("fight"))[0][0] - 2.5 * BAR) <= 2


def test_layers_of_a_bridge_continue_under_it_untouched_and_the_others_are_silent(tmp_path: Path) -> None:
    preset = bridged(tmp_path)
    played = play(preset, 6, {control_step_of(0.6): [go("fight")]})
    alone = play(preset, 6)
    until_seam = slice(0, round(2.5 * BAR))

    assert np.array_equal(played.bus("ground")[until_seam], alone.bus("ground")[until_seam])
    assert np.abs(played.bus("ground")[round(2.5 * BAR) + 300 :]).max() == 0.0
    assert np.abs(played.bus("calm")[BAR + 300 :]).max() == 0.0
    notes = [line["frame"] for line in played.lines("note", layer="drums")]
    assert any(BAR <= frame < 2.5 * BAR for frame in notes)
    assert all(frame < 2.5 * BAR for frame in notes)


def test_both_seams_of_a_bridge_are_in_the_schedule_at_once(tmp_path: Path) -> None:
    played = play(bridged(tmp_path), 0.9, {control_step_of(0.6): [go("fight")]})
    seams = played.performance.conductor.playback.transitions

    assert [(seam.target.section, seam.frame) for seam in seams] == [
        ("bridge:alarm", BAR),
        ("fight", 2.5 * BAR),
    ]


def test_another_request_before_the_bridge_cancels_both_transitions(tmp_path: Path) -> None:
    preset = bridged(tmp_path)
    script = {control_step_of(0.3): [go("fight", "a")], control_step_of(0.6): [go("calm", "b")]}
    played = play(preset, 6, script)

    assert np.abs(alarm(played)).max() == 0.0
    assert np.array_equal(played.bus("calm"), play(preset, 6).bus("calm"))
    assert played.told("a") == ["accepted", "superseded"]
    assert played.told("b") == ["accepted", "finished"]


def test_another_request_during_a_bridge_is_carried_out_at_its_end(tmp_path: Path) -> None:
    script = {control_step_of(0.3): [go("fight", "a")], control_step_of(1.3): [go("calm", "b")]}
    played = play(bridged(tmp_path), 6, script)

    assert arrivals(played) == [("bridge:alarm", 1.0), ("calm", 2.5)]
    assert np.abs(played.bus("fight")).max() == 0.0
    assert played.told("a") == ["accepted", "started", "superseded"]
    assert played.told("b") == ["accepted", "started", "finished"]
    assert click(played.master[:, 0]) < 2.0


def test_another_request_during_a_bridge_is_carried_out_at_its_next_marker(tmp_path: Path) -> None:
    script = {control_step_of(0.3): [go("fight")], control_step_of(1.3): [go("calm")]}
    played = play(bridged(tmp_path, bridge='markers = { out = "1.4" }'), 6, script)

    assert arrivals(played) == [("bridge:alarm", 1.0), ("calm", 1.75)]
    assert sounding(alarm(played))[-1][1] <= 1.75 * BAR + 300


def test_a_bridge_has_fades_of_its_own_on_both_sides(tmp_path: Path) -> None:
    fades = "fade_in = { beats = 2 }\nfade_out = { beats = 2, start_beats = -2 }"
    heard = alarm(play(bridged(tmp_path, bridge=fades), 6, {control_step_of(0.6): [go("fight")]}))
    level = [np.abs(heard[at : at + 1200]).max() for at in range(BAR, BAR + 6 * BEAT, 1200)]

    assert level[0] < 0.1 * GAIN
    assert max(level[20:40]) > 0.99 * GAIN
    assert level[-1] < 0.1 * GAIN


def test_the_same_position_after_a_bridge_is_where_the_old_section_would_be(tmp_path: Path) -> None:
    preset = bridged(tmp_path, rule='enter_at = "same_position"')
    played = play(preset, 6, {control_step_of(0.6): [go("fight")]})

    assert played.seams()[-1]["section_position"] == "3.3.0"


def test_stop_in_a_bridge_ends_on_the_bar(tmp_path: Path) -> None:
    script = {control_step_of(0.3): [go("fight")], control_step_of(1.3): [Transport(is_playing=False)]}
    played = play(bridged(tmp_path), 6, script)

    assert arrivals(played) == [("bridge:alarm", 1.0), (None, 2.0)]
    assert np.abs(played.master[round(3.3 * BAR) :]).max() < 1e-3


def test_a_tempo_message_while_a_bridge_is_planned_loses_nothing(tmp_path: Path) -> None:
    script = {control_step_of(0.3): [go("fight", "a")], control_step_of(0.5): [SetTempo(120.0, "t")]}
    played = play(bridged(tmp_path), 6, script)

    (to_bridge, bridge_at), (to_fight, fight_at) = arrivals(played)
    tempo = played.performance.conductor.tempo
    assert (to_bridge, to_fight) == ("bridge:alarm", "fight")
    assert tempo.beat_at(bridge_at * BAR) == pytest.approx(4.0, abs=1e-3)
    assert tempo.beat_at(fight_at * BAR) == pytest.approx(10.0, abs=1e-3)
    assert played.told("t")[-1] == "finished"
    assert played.told("a") == ["accepted", "deferred", "started", "finished"]


FILL = """
[layers.calm]
stem = "calm.wav"
[layers.drums]
generator = "drums"
[layers.fight]
stem = "fight.wav"
[sections.calm]
layers = ["calm", "drums"]
length_bars = 4
[sections.fight]
layers = ["fight"]
length_bars = 4
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
fill = "roll"
[fills.roll]
stem = "roll.wav"
length_beats = 2
replaces = ["calm", "drums"]
{fill}
"""


def filled(folder: Path, fill: str = "") -> Preset:
    folder.mkdir(parents=True, exist_ok=True)
    write_sine(folder / "roll.wav", 300.0, beats=2)
    return make_preset(folder, FILL.replace("{fill}", fill))


def roll(played: Played) -> np.ndarray:
    return played.buses[played.performance.layout.fills["roll"].bus, 0]


def test_a_fill_ends_at_the_seam_and_replaces_what_it_says(tmp_path: Path) -> None:
    played = play(filled(tmp_path), 4, {control_step_of(0.3): [go("fight")]})

    assert [(round(a / BEAT, 2), round(b / BEAT, 2)) for a, b in sounding(roll(played))] == [(2.0, 4.0)]
    assert np.abs(played.bus("calm")[2 * BEAT + 300 : BAR]).max() < 1e-4
    hits = [line["frame"] for line in played.lines("note", layer="drums")]
    assert any(frame < 2 * BEAT for frame in hits)
    assert not any(2 * BEAT <= frame < 4 * BEAT for frame in hits)
    assert played.seams()[0]["fill"] == "roll"


def test_a_fill_ends_at_the_seam_at_another_tempo(tmp_path: Path) -> None:
    script = {control_step_of(0.3): [SetTempo(180.0)], control_step_of(1.3): [go("fight")]}
    played = play(filled(tmp_path), 6, script)
    tempo = played.performance.conductor.tempo
    found = [(tempo.beat_at(a), tempo.beat_at(b)) for a, b in sounding(roll(played), floor=0.02)]
    seam = tempo.beat_at(played.lines("layer", section="fight")[0]["frame"])

    assert len(found) == 1
    assert found[0][0] == pytest.approx(seam - 2, abs=0.01)
    assert found[0][1] == pytest.approx(seam, abs=0.15)


def test_a_fill_sounds_only_if_its_transition_is_carried_out(tmp_path: Path) -> None:
    preset = filled(tmp_path)
    early = play(preset, 4, {control_step_of(0.2): [go("fight")], control_step_of(0.4): [go("calm")]})
    late = play(preset, 4, {control_step_of(0.2): [go("fight")], control_step_of(0.7): [go("calm")]})
    alone = play(preset, 4)

    assert np.abs(roll(early)).max() == 0.0
    assert np.array_equal(early.bus("calm"), alone.bus("calm"))
    assert np.array_equal(early.bus("drums"), alone.bus("drums"))
    # it had begun: it fades out, and the layer it replaced returns
    assert sounding(roll(late))[-1][1] < 0.8 * BAR
    assert np.array_equal(late.bus("calm")[BAR:], alone.bus("calm")[BAR:])
    assert click(late.master[:, 0]) < 2.0


def test_a_fill_without_enough_time_is_left_out_or_delays_the_seam(tmp_path: Path) -> None:
    script = {control_step_of(0.6): [go("fight")]}
    left_out = play(filled(tmp_path / "a"), 4, script)
    waited = play(filled(tmp_path / "b", "must_fit = true"), 4, script)

    assert left_out.seams()[0]["frame"] == BAR
    assert left_out.seams()[0]["fill"] == "roll is left out: there is no time for it"
    assert np.abs(roll(left_out)).max() == 0.0
    assert (waited.seams()[0]["frame"], waited.seams()[0]["bound_by"]) == (2 * BAR, "fill")
    assert [round(a / BEAT, 2) for a, _ in sounding(roll(waited))] == [6.0]


def test_a_bridge_plays_once_even_if_the_pickup_would_need_longer(tmp_path: Path) -> None:
    write_sine(tmp_path / "fight.wav", 331.0, lead_s=0.8)
    more = '[bridges.b]\nlayers = ["calm"]\nlength_beats = 1\n'
    preset = two_sections(
        tmp_path, 'exit_at = "beat"\npickup = "always"\nbridge = "b"', fight="first_beat_s = 0.8", more=more
    )
    seams = play(preset, 4, {control_step_of(0.3): [go("fight")]}).seams()

    assert seams[1]["frame"] - seams[0]["frame"] == BEAT
