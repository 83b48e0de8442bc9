from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import SetMix, SetState
from adaptive.conductor.saved_state import read_saved
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import vocabulary
from tests.helpers.presets import (
    GAIN,
    LOOK_AHEAD,
    RATE,
    Played,
    Player,
    control_step_of,
    make_preset,
    play,
    two_sections,
)

CALM, FIGHT = "layers.calm.level_db", "layers.fight.level_db"
CURVE = "[parameters.threat]\ndefault = 1.0\n"
AT = control_step_of(1.0)


def curved(folder: Path) -> Preset:
    """Two sections; the level of `calm` follows a parameter: -20 dB where it begins."""
    two_sections(folder, more=CURVE)
    text = (folder / "preset.toml").read_text(encoding="utf-8")
    curve = 'stem = "calm.wav"\nlevel_db = { over = "threat", points = [[0.0, -80.0], [1.0, -20.0]] }'
    (folder / "preset.toml").write_text(text.replace('stem = "calm.wav"', curve, 1), encoding="utf-8")
    return load(folder, vocabulary=vocabulary())


def level_db(audio: np.ndarray, second: float) -> float:
    """Level of a quarter of a second, beside that of the file."""
    piece = audio[round(second * RATE) : round((second + 0.25) * RATE)]
    return float(20.0 * np.log10(np.sqrt(2.0 * np.mean(np.square(piece))) / GAIN))


def test_a_held_level_replaces_that_of_the_preset_until_it_is_let_go(tmp_path: Path) -> None:
    script = {
        AT: [SetMix(((CALM, -6.0),), id="a")],
        control_step_of(2.0): [SetMix(((CALM, None),), 0.25)],
    }
    played = play(two_sections(tmp_path, calm="levels_db = { calm = -3.0 }"), 3.0, script)
    calm = played.bus("calm")

    assert [level_db(calm, second) for second in (0.5, 1.5, 2.6)] == pytest.approx(
        [-3.0, -9.0, -3.0], abs=0.01
    )
    assert played.told("a") == ["accepted", "finished"]
    assert [(line["target"], line["value"]) for line in played.lines("mix")] == [(CALM, -6.0), (CALM, None)]


def test_a_held_level_leaves_no_trace_of_a_curve(tmp_path: Path) -> None:
    preset = curved(tmp_path)
    player = Player(preset)
    player.play(RATE, {})
    player.performance.schedule_values([(round(1.6 * RATE), "threat", 0.0)])
    played = player.play(round(2.75 * RATE), {
        AT: [SetMix(((CALM, -6.0),))],
        control_step_of(2.0): [SetMix(((CALM, None),))],
    })  # fmt: skip
    calm = played.bus("calm")
    free = play(preset, 0.9).bus("calm")

    assert level_db(calm, 0.5) == pytest.approx(-20.0, abs=0.01)
    assert level_db(calm, 1.25) == level_db(calm, 1.7) == pytest.approx(-6.0, abs=0.01)
    assert np.abs(calm[round(2.2 * RATE) :]).max() < 1e-30  # what smooths a level behind its curve decays
    assert np.array_equal(free, calm[: len(free)])


def test_a_held_level_goes_through_a_transition_that_is_withdrawn(tmp_path: Path) -> None:
    preset = two_sections(
        tmp_path, rule='exit_at = "bar"\nfade_in = { beats = 1 }', fight="levels_db = { fight = -6.0 }"
    )
    script = {
        control_step_of(0.2): [SetState("section", "fight"), SetMix(((FIGHT, -12.0),))],
        control_step_of(0.4): [SetState("section", "calm")],
        control_step_of(1.2): [SetState("section", "fight")],
    }
    played = play(preset, 3.0, script)

    assert level_db(played.bus("calm"), 0.5) == pytest.approx(0.0, abs=0.01)
    assert level_db(played.bus("fight"), 2.5) == pytest.approx(-18.0, abs=0.01)


def test_a_change_takes_as_long_as_it_says_and_no_click_is_heard(tmp_path: Path) -> None:
    script = {AT: [SetMix(((CALM, -60.0),), 0.2)], control_step_of(2.0): [SetMix(((CALM, 0.0),))]}
    calm = play(two_sections(tmp_path), 3.0, script).bus("calm")
    began = AT * 256 + LOOK_AHEAD
    plain = play(two_sections(tmp_path), 3.0).bus("calm")
    share = (
        calm[began : began + round(0.2 * RATE)]
        / np.where(np.abs(plain) > 0.01, plain, np.nan)[began : began + round(0.2 * RATE)]
    )
    half = float(np.nanmedian(share[round(0.095 * RATE) : round(0.105 * RATE)]))
    spectrum = np.abs(
        np.fft.rfft(calm[round(1.95 * RATE) : round(2.15 * RATE)] * np.hanning(round(0.2 * RATE)))
    )

    assert half == pytest.approx(0.5, abs=0.02)
    assert np.array_equal(calm[:began], plain[:began])
    assert 20.0 * np.log10(spectrum[400:].max() / spectrum.max()) < -80.0


def test_the_mixer_is_saved_and_begins_so_and_unknown_names_are_left_out(tmp_path: Path) -> None:
    preset = two_sections(tmp_path)
    player = Player(preset, beginning=Beginning({}, [SetMix(((CALM, -6.0), ("layers.gone.level_db", 1.0)))]))
    began = player.play(RATE // 2)
    document = msgspec.to_builtins(player.performance.save())
    saved = read_saved({**document, "mix": {**document["mix"], "layers.gone.level_db": -1.0}})
    restored = Player(preset, saved=saved).play(RATE // 2)

    assert document["mix"] == {CALM: -6.0}
    for played in (began, restored):
        assert level_db(played.bus("calm"), 0.2) == pytest.approx(-6.0, abs=0.01)
        assert played.performance.conductor.mix.held == {CALM: -6.0}


def test_an_edit_keeps_what_is_held_and_lets_go_what_can_no_longer_be(tmp_path: Path) -> None:
    player = Player(two_sections(tmp_path))
    player.play(RATE, {20: [SetMix(((CALM, -6.0), (FIGHT, -6.0)))]})
    file = tmp_path / "preset.toml"
    text = file.read_text(encoding="utf-8")
    louder = text.replace('stem = "calm.wav"', 'stem = "calm.wav"\nlevel_db = 3.0', 1)
    louder = louder.replace('stem = "fight.wav"', 'stem = "fight.wav"\nlevel_db = -80.0', 1)
    file.write_text(louder, encoding="utf-8")
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    edited = player.play(round(2.75 * RATE))
    file.write_text(text, encoding="utf-8")
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    back = player.play(5 * RATE, {control_step_of(3.5): [SetState("section", "fight")]})

    assert level_db(edited.bus("calm"), 2.4) == pytest.approx(-6.0, abs=0.01)
    assert back.performance.conductor.mix.held == {CALM: -6.0}
    assert level_db(back.bus("fight"), 4.6) == pytest.approx(0.0, abs=0.01)


def test_what_is_so_already_is_merged(tmp_path: Path) -> None:
    script = {
        20: [SetMix(((CALM, None),), id="a")],
        21: [SetMix(((CALM, -6.0),))],
        22: [SetMix(((CALM, -6.0),), id="b")],
    }
    played = play(two_sections(tmp_path), 0.5, script)

    assert played.told("a") == played.told("b") == ["merged"]


MIXER = """
[parameters.heat]
default = 0.0
[layers.calm]
stem = "calm.wav"
cutoff_hz = 900.0
pan = -0.5
sends = { far = -40.0 }
[[layers.calm.inserts]]
kind = "eq"
id = "tone"
low_mid_hz = 440.0
low_mid_db = { over = "heat", points = [[0, -12], [1, 12]] }
[layers.fight]
stem = "fight.wav"
[buses.far]
level_db = -6.0
[sections.calm]
layers = ["calm"]
length_bars = 4
[master]
level_db = -3.0
"""


def mixed(folder: Path) -> Preset:
    return make_preset(folder, MIXER)


def of_bus(played: Played, name: str, second: float) -> float:
    bus = played.buses[played.performance.layout.buses.rows[name]]
    return level_db(bus[0], second)


HOLDS = {
    "layers.calm.pan": (0.5, lambda p, s: level_db(p.bus("calm"), s)),
    "layers.calm.cutoff_hz": (120.0, lambda p, s: level_db(p.bus("calm"), s)),
    "layers.calm.sends.far": (-12.0, lambda p, s: of_bus(p, "far", s)),
    "layers.calm.inserts.tone.low_mid_db": (3.0, lambda p, s: level_db(p.bus("calm"), s)),
    "buses.far.level_db": (-20.0, None),
    "master.level_db": (-9.0, lambda p, s: level_db(p.master[:, 0], s)),
}


@pytest.mark.parametrize("path", [path for path, (_, heard) in HOLDS.items() if heard is not None])
def test_every_kind_of_value_is_held_and_let_go(tmp_path: Path, path: str) -> None:
    value, heard = HOLDS[path]
    script = {
        control_step_of(0.5): [SetMix(((path, value),))],
        control_step_of(1.2): [SetMix(((path, None),))],
    }
    played = play(mixed(tmp_path), 2.0, script)
    before, held, after = (heard(played, second) for second in (0.25, 0.9, 1.7))

    assert abs(held - before) > 3.0 or before < -200.0 < held
    assert after == pytest.approx(before, abs=0.02) or max(before, after) < -200.0


CURVE_OF_TONE = '{ over = "heat", points = [[0, -12], [1, 12]] }'


@pytest.mark.parametrize(
    ("path", "was", "now"),
    [
        ("layers.calm.inserts.tone.low_mid_db", CURVE_OF_TONE, "3.0"),
        ("layers.calm.cutoff_hz", "cutoff_hz = 900.0", "cutoff_hz = 120.0"),
        ("layers.calm.pan", "pan = -0.5", "pan = 0.5"),
    ],
)
def test_a_value_held_from_the_first_frame_sounds_as_if_the_preset_said_so(
    tmp_path: Path, path: str, was: str, now: str
) -> None:
    value = HOLDS[path][0]
    player = Player(mixed(tmp_path / "held"), beginning=Beginning({}, [SetMix(((path, value),))]))
    began = player.play(RATE // 2)
    again = Player(player.performance.preset, saved=player.performance.save()).play(RATE // 2)
    said = play(make_preset(tmp_path / "said", MIXER.replace(was, now)), 0.5)

    for played in (began, again):
        np.testing.assert_allclose(played.bus("calm")[:9600], said.bus("calm")[:9600], atol=1e-4)


def test_an_edit_changes_what_lies_below_a_held_value(tmp_path: Path) -> None:
    """The held cutoff stays; let go, it is the edited one; the level of the send is found at its new row."""
    preset = mixed(tmp_path)
    player = Player(preset)
    values = (("layers.calm.cutoff_hz", 5000.0), ("layers.calm.sends.far", -12.0))
    player.play(RATE, {20: [SetMix(values)]})
    file = preset.folder / "preset.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("cutoff_hz = 900.0", "cutoff_hz = 120.0"), encoding="utf-8")
    player.performance.edit(load(preset.folder, vocabulary=vocabulary()))
    edited = player.play(round(2.75 * RATE))
    let_go = player.play(4 * RATE, {control_step_of(3.0): [SetMix((("layers.calm.cutoff_hz", None),))]})

    assert level_db(edited.bus("calm"), 2.4) == pytest.approx(level_db(edited.bus("calm"), 0.7), abs=0.02)
    assert of_bus(edited, "far", 2.4) == pytest.approx(of_bus(edited, "far", 0.7), abs=0.02)
    assert level_db(let_go.bus("calm"), 3.6) < level_db(edited.bus("calm"), 2.4) - 6.0


def test_an_insert_that_an_edit_replaces_is_held_where_it_is_then(tmp_path: Path) -> None:
    preset = mixed(tmp_path)
    path = "layers.calm.inserts.tone.low_mid_db"
    player = Player(preset)
    player.play(RATE, {20: [SetMix(((path, 6.0),))]})
    file = preset.folder / "preset.toml"
    text = file.read_text(encoding="utf-8")
    other = text.replace(
        'inserts = [{ kind = "eq", id = "tone"',
        'inserts = [{ kind = "delay", mix_db = -80.0 }, { kind = "eq", id = "tone"',
    )
    file.write_text(other, encoding="utf-8")
    player.performance.edit(load(preset.folder, vocabulary=vocabulary()))
    edited = player.play(round(3.0 * RATE))

    assert level_db(edited.bus("calm"), 2.6) == pytest.approx(level_db(edited.bus("calm"), 0.7), abs=0.02)
