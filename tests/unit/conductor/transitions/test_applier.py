"""What a transition does to layers: fades of instruments, fills, and what is undone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adaptive.conductor.messages import SetState
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    BEAT,
    control_step_of,
    make_preset,
    play,
    two_sections,
)


def go(value: str, message_id: str | None = None) -> SetState:
    return SetState("section", value, message_id)


def level(audio: np.ndarray, at: float) -> float:
    return float(np.abs(audio[round(at * BAR) : round(at * BAR) + 4800]).max())


def test_a_fade_that_ended_before_its_transition_was_cancelled_is_undone(tmp_path: Path) -> None:
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


def test_an_instrument_that_had_begun_to_fade_out_is_restored(tmp_path: Path) -> None:
    rule = '[[transitions]]\nexit_at = "end"\nfade_out = { bars = 1, start_bars = -1 }\n'
    preset = make_preset(
        tmp_path, WRITTEN.replace("calm", "x_").replace("fight", "calm").replace("x_", "fight") + rule
    )
    played = play(preset, 7, {control_step_of(0.5): [go("fight")], control_step_of(3.6): [go("calm")]})

    assert level(played.bus("pad"), 5.2) > 0.5 * level(played.bus("pad"), 1.2)


def test_a_generated_layer_fades_in_as_its_rule_says(tmp_path: Path) -> None:
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


def test_a_fill_mutes_a_layer_whose_variation_would_change_under_it(tmp_path: Path) -> None:
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
