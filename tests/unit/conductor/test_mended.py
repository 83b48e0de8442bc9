"""Faults that a reader found, each with the smallest preset that showed it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, SetState, SetTempo
from adaptive.errors import PresetError
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    BEAT,
    STEM_LAYERS,
    Played,
    control_step_of,
    make_preset,
    play,
    two_sections,
    write_sine,
)


def go(value: str, message_id: str | None = None) -> SetState:
    return SetState("section", value, message_id)


def level(audio: np.ndarray, at: float) -> float:
    return float(np.abs(audio[round(at * BAR) : round(at * BAR) + 4800]).max())


def test_a_clip_that_was_released_is_not_taken_for_one_that_still_fades(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "calm"\nto = "fight"\nexit_at = "end"\n'
    rules += '[[transitions]]\nfrom = "fight"\nto = "calm"\nexit_at = "bar"\nenter_at = "same_position"\n'
    preset = two_sections(tmp_path, more=rules)
    played = play(preset, 7, {control_step_of(1.0): [go("fight")], control_step_of(4.5): [go("calm")]})

    assert [line["frame"] / BAR for line in played.seams()] == [4.0, 5.0]
    assert level(played.bus("calm"), 5.5) > 0.19


def test_a_fade_that_had_ended_before_its_seam_was_taken_back_is_undone(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, 'exit_at = "end"\nfade_out = { beats = 1, start_beats = -8 }')
    played = play(preset, 5, {control_step_of(0.5): [go("fight")], control_step_of(3.0): [go("calm")]})
    alone = play(preset, 5)

    assert level(played.bus("calm"), 2.5) < 1e-4
    assert np.abs(played.bus("calm")[4 * BAR :] - alone.bus("calm")[4 * BAR :]).max() < 1e-6
    assert click(played.master[:, 0]) < 2.0


WRITTEN = """
[layers.pad]
generator = "pad"
instrument = "organ"
[layers.bass]
generator = "bass"
[instruments.organ]
oscillator_1 = { shape = "sine" }
amplitude = { attack_ms = 2, sustain = 1, release_ms = 20 }
[sections.calm]
layers = ["bass"]
length_bars = 4
[sections.fight]
layers = ["pad", "bass"]
length_bars = 4
"""


def test_an_instrument_that_had_begun_to_fade_comes_back(tmp_path: Path) -> None:
    rule = '[[transitions]]\nexit_at = "end"\nfade_out = { bars = 1, start_bars = -1 }\n'
    preset = make_preset(
        tmp_path, WRITTEN.replace("calm", "x_").replace("fight", "calm").replace("x_", "fight") + rule
    )
    played = play(preset, 7, {control_step_of(0.5): [go("fight")], control_step_of(3.6): [go("calm")]})

    assert level(played.bus("pad"), 5.2) > 0.5 * level(played.bus("pad"), 1.2)


def test_a_written_layer_fades_in_as_its_rule_says(tmp_path: Path) -> None:
    def rise(folder: str, fade: str) -> list[float]:
        preset = make_preset(tmp_path / folder, WRITTEN + f'[[transitions]]\nexit_at = "bar"\n{fade}\n')
        pad = play(preset, 4, {control_step_of(0.3): [go("fight")]}).bus("pad")
        return [level(pad, at) for at in (1.05, 1.5, 2.5)]

    plain, faded = rise("a", ""), rise("b", "fade_in = { bars = 2 }")
    half = rise("c", "fade_in = { bars = 2, start_bars = -1 }")

    assert faded[0] < 0.25 * plain[0]
    assert faded[0] < faded[1] < faded[2]
    assert half[0] < 0.3 * plain[0]
    assert half[2] > 0.9 * plain[2]


@pytest.mark.parametrize(
    "key", ["fade_out = { seconds = 1e15 }", "fade_in = { seconds = 1, start_bars = 1e20 }"]
)
def test_lengths_that_no_music_has_are_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(PresetError, match="4096"):
        two_sections(tmp_path, key)
    with pytest.raises(PresetError, match="4096"):
        make_preset(
            tmp_path, '[layers.a]\ngenerator = "pad"\n[sections.a]\nlayers = ["a"]\nlength_bars = 3000000\n'
        )


def test_no_strip_stays_ducked(tmp_path: Path) -> None:
    more = '[stingers.riser]\nstem = "blow.wav"\nfirst_beat_s = 0.399\nduck_db = -12\n'
    more += '[stingers.other]\nstem = "blow.wav"\nplay_at = "immediate"\n'
    preset = two_sections(tmp_path, more=more)
    for late in range(24):
        script = {
            control_step_of(0.45): [FireEvent("riser")],
            control_step_of(1.0) + late: [FireEvent("other")],
        }
        assert level(play(preset, 3, script).bus("calm"), 2.5) > 0.19


PLAYLIST = """
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[states.mode]
values = ["list", "other"]
[sections.a]
layers = ["bass"]
length_bars = 4
{a}
[sections.b]
layers = ["bass", "pad"]
length_bars = 4
markers = {{ k = 3 }}
[sections.x]
layers = ["pad"]
length_bars = 4
[playlists.p]
play = ["a", "b"]
[[select]]
section = "x"
when = "mode == 'other'"
[[select]]
section = "p"
"""


def test_a_tempo_message_leaves_a_playlist_its_turn(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, PLAYLIST.format(a=""))
    played = play(preset, 6, {control_step_of(2.3): [SetTempo(200.0)]})
    arrived = next(line["frame"] for line in played.lines("layer", section="b"))

    assert {line["rule"] for line in played.seams()} == {
        "no rule of the preset: any → any (exit at end, enter at start)"
    }
    assert arrived == played.performance.conductor.tempo.frame_at(16.0)


def test_a_rule_for_any_does_not_hide_the_playlists_own(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "p"\nto = "p"\nenter_at = { marker = "k" }\n'
    rules += '[[transitions]]\nfrom = "a"\nto = "any"\nexit_at = "beat"\n'
    played = play(make_preset(tmp_path, PLAYLIST.format(a="") + rules), 5)

    assert played.seams()[0]["section_position"] == "3.1.0"


def test_a_stay_is_held_by_the_rule_to_the_section_that_was_drawn(tmp_path: Path) -> None:
    body = PLAYLIST.format(a="").replace('play = ["a", "b"]', 'play = ["b"]')
    body = body.replace(
        'layers = ["pad"]\nlength_bars = 4', 'layers = ["pad"]\nlength_bars = 4\nmin_stay_bars = 2'
    )
    body = body.replace('values = ["list", "other"]', 'values = ["other", "list"]')
    body += '[[transitions]]\nfrom = "x"\nto = "b"\nexit_at = "immediate"\n'
    played = play(make_preset(tmp_path, body), 4, {control_step_of(0.6): [SetState("mode", "list")]})

    assert played.seams()[0]["frame"] >= 2 * BAR


def test_a_bridge_plays_once_whatever_the_pickup_wants(tmp_path: Path) -> None:
    write_sine(tmp_path / "fight.wav", 331.0, lead_s=0.8)
    more = '[bridges.b]\nlayers = ["calm"]\nlength_beats = 1\n'
    preset = two_sections(
        tmp_path, 'exit_at = "beat"\npickup = "always"\nbridge = "b"', fight="first_beat_s = 0.8", more=more
    )
    seams = play(preset, 4, {control_step_of(0.3): [go("fight")]}).seams()

    assert seams[1]["frame"] - seams[0]["frame"] == BEAT


def test_bars_add_up_over_many_returns(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "calm"\nto = "fight"\nexit_at = "end"\n'
    rules += (
        '[[transitions]]\nfrom = "fight"\nto = "calm"\nexit_at = "immediate"\nenter_at = "last_position"\n'
    )
    preset = two_sections(tmp_path, more=rules)
    script = {}
    for turn in range(8):
        script[control_step_of(0.5 + 6.0 * turn)] = [go("fight")]
        script[control_step_of(5.3 + 6.0 * turn)] = [go("calm")]
    played = play(preset, 50, script)
    playback = played.performance.conductor.playback
    bars = [int(line["position"].split(".")[0]) for line in played.lines("parameter")]

    assert playback.left_at["calm"] % 4 == 0
    assert all(after - before == 1 for before, after in pairwise(bars))


def test_a_place_that_is_about_to_be_left_is_known(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "calm"\nto = "fight"\nexit_at = "bar"\nbridge = "b"\n'
    rules += '[[transitions]]\nfrom = "any"\nto = "calm"\nenter_at = "last_position"\n'
    rules += '[bridges.b]\nlayers = ["fight"]\nlength_bars = 1\n'
    preset = two_sections(tmp_path, more=rules)
    for changed_at in (0.97, 1.3):
        script = {control_step_of(0.5): [go("fight")], control_step_of(changed_at): [go("calm")]}
        assert play(preset, 3, script).seams()[-1]["section_position"] == "2.1.0"


def test_a_fill_silences_a_layer_whose_variation_would_change(tmp_path: Path) -> None:
    body = (
        '[layers.v]\nstem = ["calm.wav", "fight.wav", "both.wav"]\norder = "sequence"\n'
        '[layers.w]\nstem = "both.wav"\n[sections.calm]\nlayers = ["v"]\nlength_bars = 4\n'
        '[sections.fight]\nlayers = ["w"]\nlength_bars = 4\n[[transitions]]\nexit_at = "beat"\nfill = "f"\n'
        '[fills.f]\nstem = "blow.wav"\nlength_beats = 8\nreplaces = ["v"]\nmust_fit = true\n'
    )
    played = play(make_preset(tmp_path, body), 7, {control_step_of(3.1): [go("fight")]})
    seam = played.seams()[0]["frame"]

    assert seam - 8 * BEAT < 4 * BAR < seam  # the pass ends within the fill
    assert np.abs(played.bus("v")[seam - 8 * BEAT + 480 : seam]).max() < 1e-4


def test_variations_take_turns_in_a_part_that_a_file_went_over_to(tmp_path: Path) -> None:
    body = (
        '[layers.v]\nstem = { calm = "calm.wav", fight = ["calm.wav", "fight.wav"] }\norder = "sequence"\n'
        '[sections.calm]\nlayers = ["v"]\nlength_bars = 4\n'
        '[sections.fight]\nlayers = ["v"]\nlength_bars = 4\n'
        '[[transitions]]\nenter_at = "same_position"\n'
    )
    played = play(make_preset(tmp_path, body), 13, {control_step_of(0.5): [go("fight")]})

    def hz(at: int) -> int:
        return int(np.argmax(np.abs(np.fft.rfft(played.bus("v")[at * BAR : (at + 1) * BAR]))))

    assert {hz(at) for at in (5, 9)} == {220, 331}


def test_a_draw_is_put_back_in_a_bridge_too(tmp_path: Path) -> None:
    body = PLAYLIST.format(a="").replace('play = ["a", "b"]', 'play = ["a", "b"]\norder = "shuffle"')
    body = body.replace('values = ["list", "other"]', 'values = ["other", "list"]')
    body += '[[transitions]]\nfrom = "x"\nto = "any"\nbridge = "s"\n'
    body += '[bridges.s]\nlayers = ["bass"]\nlength_bars = 1\n'
    script = {
        control_step_of(0.5): [SetState("mode", "list")],
        control_step_of(1.5): [SetState("mode", "other")],
    }
    played = play(make_preset(tmp_path, body), 4, script)

    assert played.performance.conductor.playlists.picks["p"].count == 0


def test_a_note_is_neither_doubled_nor_lost_when_the_tempo_moves(tmp_path: Path) -> None:
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


def test_more_of_one_stinger_than_can_sound_are_dropped_with_a_reason(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, more='[stingers.hit]\nstem = "blow.wav"\nplay_at = "bar"\n')
    played = play(preset, 3, {control_step_of(0.3): [FireEvent("hit", 1.0, None, f"{n}") for n in range(10)]})
    ends = [played.told(f"{n}")[-1] for n in range(10)]

    assert ends == ["finished"] * 8 + ["dropped"] * 2
    assert "8 of it are on their way already" in played.lines("stinger", status="dropped")[0]["reason"]


def test_a_state_that_turns_nothing_does_not_hang_on_anothers_seam(tmp_path: Path) -> None:
    body = PLAYLIST.format(a="") + '[states.weather]\nvalues = ["dry", "wet"]\n'
    played = play(make_preset(tmp_path, body), 5, {control_step_of(2.0): [SetState("weather", "wet", "w")]})

    assert played.seams()  # the playlist's own step is planned by then
    assert played.told("w") == ["accepted", "finished"]


def test_a_wish_while_a_kept_bridge_comes_is_not_finished_by_the_bridge(tmp_path: Path) -> None:
    body = STEM_LAYERS + '[layers.both]\nstem = "both.wav"\n[states.mood]\nvalues = ["a", "b", "c"]\n'
    for name, layer in (("a", "calm"), ("b", "fight"), ("c", "both")):
        stay = "min_stay_bars = 4" if name == "a" else ""
        body += f'[sections.{name}]\nlayers = ["{layer}"]\nlength_bars = 4\n{stay}\n'
    body += '[[select]]\nsection = "b"\nwhen = "mood == \'b\'"\nurgent = true\n'
    body += '[[select]]\nsection = "c"\nwhen = "mood == \'c\'"\n[[select]]\nsection = "a"\n'
    body += '[[transitions]]\nbridge = "br"\n[bridges.br]\nlayers = ["calm"]\nlength_bars = 1\n'
    script = {
        control_step_of(0.5): [SetState("mood", "b", "b")],
        control_step_of(0.97): [SetState("mood", "c", "c")],
    }
    played = play(make_preset(tmp_path, body), 5, script)
    last = [receipt for receipt in played.receipts if receipt.id == "c"][-1]

    assert (last.status, last.reason, last.frame) == ("finished", "c plays", 2 * BAR)
