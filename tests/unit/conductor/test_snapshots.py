from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, SetMix, SetSnapshot
from adaptive.conductor.saved_state import read_saved
from adaptive.preset.load import load
from adaptive.session.explain import TELLERS
from adaptive.session.performance import vocabulary
from tests.helpers.presets import LOOK_AHEAD, RATE, Player, control_step_of, play, two_sections
from tests.unit.conductor.test_mix import CALM, curved, level_db

UNDER = """
[snapshots.under]
set = { "layers.calm.level_db" = -12.0, "layers.calm.pan" = 0.5, "master.cutoff_hz" = 900.0 }
fade_in = { seconds = 0.4 }
fade_out = { beats = 1 }
[snapshots.talk]
set = { "layers.calm.level_db" = -6.0, "layers.calm.pan" = -0.5 }
priority = 1
begin_on = "speech"
end_on = "speech_over"
fade_in = { seconds = 0.1 }
"""
ON, OFF = SetSnapshot((("under", True),), "on"), SetSnapshot((("under", False),))


def test_it_blends_in_and_out_without_a_click_and_says_so(tmp_path: Path) -> None:
    played = play(
        two_sections(tmp_path, more=UNDER), 4.0, {control_step_of(1.0): [ON], control_step_of(2.5): [OFF]}
    )
    calm, lines = played.bus("calm"), played.lines("snapshot")
    began = control_step_of(1.0) * 256 + LOOK_AHEAD
    window = calm[began - 2400 : began + RATE // 2]
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window))))

    assert [level_db(calm, second) for second in (0.5, 1.7, 3.3)] == pytest.approx(
        [0.0, -12.0 + 20.0 * np.log10(np.sqrt(2.0) * np.cos(0.75 * np.pi / 2)), 0.0], abs=0.02
    )
    assert 20.0 * np.log10(spectrum[2000 * len(window) // RATE :].max() / spectrum.max()) < -60.0
    assert [(line["name"], line["status"], line["seconds"]) for line in lines] == [
        ("under", "in", 0.4), ("under", "out", 0.25),
    ]  # fmt: skip
    assert lines[0]["shares"]["layers.calm.level_db"] == "-12 dB by under"
    assert lines[0]["shares"]["master.cutoff_hz"] == "900 by under"
    assert lines[1]["shares"]["layers.calm.level_db"] == "as the preset says"
    assert "turned on by a message" in str(TELLERS["snapshot"](lines[0]))
    assert played.told("on") == ["accepted", "finished"]


def test_decibels_add_and_other_values_go_to_the_highest_priority(tmp_path: Path) -> None:
    player = Player(two_sections(tmp_path, more=UNDER))
    script = {control_step_of(0.2): [ON], control_step_of(1.0): [FireEvent("speech")]}
    played = player.play(2 * RATE, script)
    snapshots = player.performance.conductor.mix.snapshots
    told = played.lines("snapshot")[1]["shares"]

    assert snapshots.added_db(CALM) == -18.0
    assert snapshots.mixed("layers.calm.pan") == (1.0, -0.5)
    assert told == {
        CALM: "-18 dB: -12 dB by under -6 dB by talk",
        "layers.calm.pan": "-0.5 by talk, above under",
    }
    assert level_db(played.bus("calm"), 1.5) == pytest.approx(
        -18.0 + 20.0 * np.log10(np.sqrt(2.0) * np.cos(0.25 * np.pi / 2)), abs=0.02
    )


def test_a_blend_on_its_way_shares_by_priority(tmp_path: Path) -> None:
    player = Player(two_sections(tmp_path, more=UNDER.replace("seconds = 0.1", "seconds = 1.0")))
    player.play(round(1.5 * RATE), {0: [ON], control_step_of(1.0): [FireEvent("speech")]})
    snapshots = player.performance.conductor.mix.snapshots
    blend = snapshots.states["talk"].blend

    assert 0.3 < blend < 0.7
    assert snapshots.mixed("layers.calm.pan") == pytest.approx((1.0, 0.5 * (1.0 - blend) - 0.5 * blend))
    assert snapshots.added_db(CALM) == pytest.approx(-12.0 - 6.0 * blend)


def test_a_message_to_the_mixer_stands_above_and_lets_go(tmp_path: Path) -> None:
    """A layer at -6 by message while a snapshot sets -12: -6; let go: -12; off: the preset's."""
    under = UNDER.replace(', "layers.calm.pan" = 0.5', "")
    script = {
        control_step_of(0.5): [ON],
        control_step_of(1.0): [SetMix(((CALM, -6.0),))],
        control_step_of(2.0): [SetMix(((CALM, None),))],
        control_step_of(3.0): [SetSnapshot((("under", None),))],
    }
    calm = play(two_sections(tmp_path, more=under), 4.0, script).bus("calm")

    assert [level_db(calm, second) for second in (0.2, 1.5, 2.5, 3.7)] == pytest.approx(
        [0.0, -6.0, -12.0, 0.0], abs=0.02
    )


def test_a_condition_turns_it_and_a_curve_goes_on_beneath(tmp_path: Path) -> None:
    curved(tmp_path)
    text = (tmp_path / "preset.toml").read_text(encoding="utf-8")
    more = '[snapshots.under]\nwhen = "threat < 0.5"\nset = { "layers.calm.level_db" = -12.0 }\n'
    (tmp_path / "preset.toml").write_text(text + more, encoding="utf-8")
    player = Player(load(tmp_path, vocabulary=vocabulary()))
    player.play(RATE // 2, {})
    player.performance.schedule_values([(RATE, "threat", 0.4)])
    played = player.play(round(2.5 * RATE))
    line = played.lines("snapshot")[0]

    assert level_db(played.bus("calm"), 0.5) == pytest.approx(-20.0, abs=0.02)
    assert level_db(played.bus("calm"), 2.2) == pytest.approx(-80.0 + 60.0 * 0.4 - 12.0, abs=0.1)
    assert line["reason"] == "snapshots.under.when: threat < 0.5 (threat = 0.400)"


def test_it_waits_for_its_place_in_the_music(tmp_path: Path) -> None:
    more = UNDER.replace("[snapshots.talk]", 'change_at = "bar"\n[snapshots.talk]')
    played = play(two_sections(tmp_path, more=more), 4.5, {control_step_of(0.5): [ON]})
    (line,) = played.lines("snapshot")

    assert 0.99 * RATE < line["frame"] <= 1.0 * RATE


def test_it_is_saved_and_goes_on(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, more=UNDER.replace(', "layers.calm.pan" = 0.5', ""))
    player = Player(preset)
    player.play(RATE, {control_step_of(0.2): [ON]})
    saved = read_saved(msgspec.to_builtins(player.performance.save()))
    restored = Player(preset, saved=saved)
    calm = restored.play(RATE // 2).bus("calm")

    assert saved.snapshots["under"].told is True
    assert level_db(calm, 0.1) == pytest.approx(-12.0, abs=0.05)
    assert restored.performance.conductor.mix.snapshots.states["under"].blend == 1.0


def test_an_edit_changes_what_a_snapshot_sets_while_it_is_on(tmp_path: Path) -> None:
    """Another value, and then the snapshot is gone; one that comes with the edit can be turned on."""
    preset = two_sections(tmp_path, more=UNDER.replace(', "layers.calm.pan" = 0.5', ""))
    file, player = preset.folder / "preset.toml", Player(preset)
    text = file.read_text(encoding="utf-8")
    player.play(RATE, {control_step_of(0.2): [ON]})
    file.write_text(text.replace("= -12.0", "= -20.0"), encoding="utf-8")
    player.performance.edit(load(preset.folder, vocabulary=vocabulary()))
    edited = player.play(round(2.75 * RATE)).bus("calm")
    other = '[snapshots.far]\nset = { "layers.calm.level_db" = -30.0 }\n'
    file.write_text(text[: text.index("[snapshots.under]")] + other, encoding="utf-8")
    player.performance.edit(load(preset.folder, vocabulary=vocabulary()))
    player.play(5 * RATE)
    told = {control_step_of(5.0) + 1: [SetSnapshot((("far", True),))]}
    after = player.play(6 * RATE, told).bus("calm")

    assert [level_db(edited, second) for second in (0.7, 2.4)] == pytest.approx([-12.0, -20.0], abs=0.05)
    assert [level_db(after, second) for second in (4.7, 5.8)] == pytest.approx([0.0, -30.0], abs=0.05)


def test_one_that_is_true_at_the_beginning_is_there_from_the_first_frame(tmp_path: Path) -> None:
    more = '[states.place]\nvalues = ["sea"]\n[snapshots.under]\nwhen = "place == \'sea\'"\n'
    more += 'set = { "layers.calm.level_db" = -12.0 }\n[[select]]\nsection = "calm"\n'
    calm = play(two_sections(tmp_path, more=more), 0.5).bus("calm")

    assert level_db(calm, 0.0) == pytest.approx(-12.0, abs=0.05)
