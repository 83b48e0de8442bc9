"""Stems bounced as a second pass: the tail of the pass before lies at their front."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.conductor.messages import SetState
from adaptive.errors import PresetError
from adaptive.preset.check import check
from adaptive.preset.model import Preset
from tests.helpers.measure import click
from tests.helpers.presets import BAR, RATE, Player, control_step_of, make_preset, play

RING = BAR
"""Length of the tail."""

FIGHT = '[layers.fight]\nstem = "fight.wav"\n[sections.fight]\nlayers = ["fight"]\nlength_bars = 4\n'
CALM = '[sections.calm]\nlayers = ["calm"]\nlength_bars = 4\n'


def dry() -> np.ndarray:
    """Four bars, each of whole cycles."""
    phase = 2.0 * np.pi * np.arange(BAR) / BAR
    return np.concatenate([0.2 * np.sin(hz * phase) for hz in (330, 440, 275, 220)]).astype(np.float32)


def tail() -> np.ndarray:
    """What rings after bar 4, without a step: a tone that begins in bar 4 already would end there."""
    time = np.arange(RING)
    return (0.1 * np.sin(2.0 * np.pi * 660.0 * time / BAR) * np.linspace(1.0, 0.0, RING)).astype(np.float32)


def second_pass() -> np.ndarray:
    audio = dry()
    audio[:RING] += tail()
    return audio


def a_preset(folder: Path, keys: str, calm: str = CALM, rule: str = "", intro: bool = False) -> Preset:
    folder.mkdir(exist_ok=True)
    beyond = np.concatenate([second_pass(), second_pass()[: BAR // 3]])  # a rest that is not heard
    soundfile.write(folder / "calm.wav", beyond, RATE, subtype="FLOAT")
    first = np.concatenate([*([second_pass()[2 * BAR :]] if intro else []), dry(), tail()])
    soundfile.write(folder / "first.wav", first, RATE, subtype="FLOAT")
    rules = f'[[transitions]]\nfrom = "any"\nto = "any"\n{rule}\n' if rule else ""
    return make_preset(folder, f'[layers.calm]\nstem = "calm.wav"\n{keys}\n{calm}{FIGHT}{rules}')


FIRST = 'wrapped = true\nfirst_pass = "first.wav"'


def test_a_wrapped_stem_repeats_its_pass_and_nothing_after_it(tmp_path: Path) -> None:
    heard = play(a_preset(tmp_path, "wrapped = true"), 13).bus("calm")[: 12 * BAR]
    assert np.abs(heard - np.tile(second_pass(), 3)).max() < 1e-6


def test_the_first_pass_has_no_tail_before_it(tmp_path: Path) -> None:
    heard = play(a_preset(tmp_path, FIRST), 13).bus("calm")[: 12 * BAR]
    expected = np.concatenate([dry(), second_pass(), second_pass()])
    assert np.abs(heard - expected).max() < 1e-6
    assert click(heard) < 2.0


def test_a_first_pass_holds_the_introduction_that_the_section_declares(tmp_path: Path) -> None:
    preset = a_preset(tmp_path, FIRST, CALM + "intro_bars = 2\n", intro=True)
    heard = play(preset, 11).bus("calm")[: 10 * BAR]
    expected = np.concatenate([second_pass()[2 * BAR :], dry(), second_pass()])
    assert np.abs(heard - expected).max() < 1e-6


def test_an_intro_file_is_followed_by_the_first_pass(tmp_path: Path) -> None:
    preset = a_preset(tmp_path, FIRST + '\nintro = "both.wav"')
    heard = play(preset, 13).bus("calm")
    assert np.abs(heard[4 * BAR : 12 * BAR] - np.concatenate([dry(), second_pass()])).max() < 1e-6


@pytest.mark.parametrize("back", [3.4, 3.9, 3.97])
def test_a_withdrawn_transition_leaves_no_trace(tmp_path: Path, back: float) -> None:
    preset = a_preset(tmp_path, FIRST, rule='exit_at = "end"\nfade_out = { beats = 2, start_beats = -2 }')
    script = {
        control_step_of(1.0): [SetState("section", "fight")],
        control_step_of(back): [SetState("section", "calm")],
    }
    heard = play(preset, 9, script).bus("calm")
    at = 5 if back > 3.94 else 4
    if back < 3.94:
        assert np.abs(heard[at * BAR : 8 * BAR] - second_pass()[(at - 4) * BAR :]).max() < 1e-6
    assert click(heard) < 2.0


@pytest.mark.parametrize(("exit_at", "leaves"), [('"bar"', 2), ('"end"', 4)])
def test_it_is_left_without_a_click(tmp_path: Path, exit_at: str, leaves: int) -> None:
    preset = a_preset(tmp_path, FIRST, rule=f"exit_at = {exit_at}")
    heard = play(preset, 6, {control_step_of(1.2): [SetState("section", "fight")]}).bus("calm")
    assert np.abs(heard[: leaves * BAR] - dry()[: leaves * BAR]).max() < 1e-6
    assert np.abs(heard[leaves * BAR + 480 :]).max() < 1e-6


def test_a_saved_state_goes_on(tmp_path: Path) -> None:
    player = Player(a_preset(tmp_path, FIRST))
    player.play(round(6.5 * RATE))
    heard = Player(player.performance.preset, saved=player.performance.save()).play(5 * RATE).bus("calm")
    assert np.abs(heard[480 : 2 * BAR] - dry()[2 * BAR + 480 :]).max() < 1e-6
    assert np.abs(heard[2 * BAR : 4 * BAR] - second_pass()[: 2 * BAR]).max() < 1e-6


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        ('stem = "calm.wav"\nfirst_pass = "both.wav"', "layers.x.first_pass: goes with `wrapped = true`"),
        ('generator = "bass"\nwrapped = true', "layers.x.wrapped: goes with a `stem`"),
        ('stem = "calm.wav"\nwrapped = true\nfirst_pass = "bth.wav"', "did you mean `both.wav`?"),
        ('stem = "calm.wav"\nwrapped = true\nfirst_pass = { calm = "both.wav" }', "first_pass.calm"),
    ],
)
def test_faults_are_one_sentence(tmp_path: Path, layer: str, says: str) -> None:
    with pytest.raises(PresetError) as raised:
        make_preset(tmp_path, f'[layers.x]\n{layer}\n[sections.a]\nlayers = ["x"]\n')
    assert says in str(raised.value)


def test_check_finds_a_first_pass_that_is_too_short(tmp_path: Path) -> None:
    preset = a_preset(tmp_path, FIRST)
    seconds = dict.fromkeys(preset.stems.values(), 4.0) | {preset.stems["first.wav"]: 3.0}
    assert [one.sentence for one in check(preset, seconds) if one.severity == "fault"] == [
        "layers.calm.first_pass: `first.wav` lasts 12.00 beats of the 16 of `calm`: more than one beat is"
        " missing at the end"
    ]
