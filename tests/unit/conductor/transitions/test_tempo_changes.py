"""The tempo map changes in a step at a seam, over a beat for a message, and back when a plan is undone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import SetState, SetTempo
from tests.helpers.presets import BAR, BEAT, control_step_of, make_preset, play, two_sections, write_sine


def go(value: str) -> SetState:
    return SetState("section", value)


def test_tempo_and_meter_may_differ_on_the_two_sides(tmp_path: Path) -> None:
    write_sine(tmp_path / "fight.wav", 331.0, beats=16)
    preset = two_sections(
        tmp_path,
        'exit_at = "bar"\nfade_out = { beats = 2 }\nfade_in = { beats = 2 }',
        fight='tempo_bpm = 180\nmeter = "6/8"\n',
    )
    played = play(preset, 9, {control_step_of(0.3): [go("fight")], control_step_of(2.3): [go("calm")]})
    to_fight, to_calm = played.seams()
    tempo = played.performance.conductor.tempo

    # four bars of six eighths at 180 quarters a minute last 4 s, as the file does
    assert played.performance.conductor.assets.segments["fight"].loop_frames == 4 * BAR
    assert (to_fight["frame"], to_fight["position"]) == (BAR, "2.1.0")
    # a bar of it lasts a second: the bar line after 2.3 s lies at 3 s
    assert (to_calm["frame"], to_calm["position"]) == (3 * BAR, "4.1.0")
    assert tempo.tempo_at(4 * BAR) == 240.0
    assert tempo.beat_unit_at(2 * BAR) == 8
    # the fade-out counts the source's beats (eighths at 180), the fade-in the destination's (quarters at 240)
    fight, calm = played.bus("fight"), played.bus("calm")
    assert np.flatnonzero(np.abs(fight) > 1e-3)[-1] - 3 * BAR < BAR // 3 + 100
    assert np.abs(calm[3 * BAR + 2 * BEAT : 4 * BAR]).max() > 0.19


def test_a_tempo_that_is_asked_for_is_reached_within_a_beat(tmp_path: Path) -> None:
    body = '[layers.bass]\ngenerator = "bass"\n[sections.calm]\nlayers = ["bass"]\nlength_bars = 4\n'
    played = play(make_preset(tmp_path, body), 3, {control_step_of(1.1): [SetTempo(120.0)]})
    tempo, begins = played.performance.conductor.tempo, played.lines("tempo", status="set")[0]["frame"]

    assert tempo.tempo_at(begins - 1) == 240.0
    assert 120.0 < tempo.tempo_at(begins + BEAT // 2) < 240.0
    assert tempo.tempo_at(begins + BEAT + 1) == pytest.approx(120.0)


def test_a_step_of_the_tempo_that_is_cancelled_leaves_the_map_as_it_was(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, 'exit_at = "bar"', fight='tempo_bpm = 180\nmeter = "3/4"\n')
    script = {control_step_of(1.2): [go("fight")], control_step_of(1.5): [go("calm")]}
    played = play(preset, 3, script)

    assert played.lines("transition", status="cancelled")
    assert played.performance.conductor.tempo.tempo_at(2 * BAR + BEAT) == 240.0
