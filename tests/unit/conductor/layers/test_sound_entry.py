"""Transposed layers: the pitch changes, and the tempo does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.conductor.messages import SetState, SetTempo
from tests.helpers.presets import RATE, control_step_of, make_preset, play

BODY = """
[layers.calm]
stem = ["calm.wav", "both.wav"]
order = "sequence"
transpose = 5
[layers.fight]
stem = "fight.wav"
transpose = -7
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["fight"]
"""


def cents(audio: np.ndarray, near: float) -> float:
    size = 1 << 19
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), size))
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    k = int(np.argmax(np.where(np.abs(hertz - near) < 0.06 * near, spectrum, 0)))
    a, b, c = np.log(spectrum[k - 1 : k + 2])
    return float(1200 * np.log2((k + 0.5 * (a - c) / (a - 2 * b + c)) * hertz[1] / near))


@pytest.mark.parametrize("tempo", [None, 210.0])
def test_pitch_is_transposed_and_the_sound_stays_with_the_beat(tmp_path: Path, tempo: float | None) -> None:
    script: dict[int, list[Any]] = {} if tempo is None else {control_step_of(0.3): [SetTempo(tempo)]}
    played = play(make_preset(tmp_path, BODY), 4, script)
    stem: Any = played.performance.conductor.assets.stems["calm"]
    clip, beat = stem.current, played.performance.conductor.tempo.beat_at(3 * RATE)

    assert abs(cents(played.bus("calm")[RATE : 4 * RATE], 220.0 * 2 ** (5 / 12))) < 2.0
    wanted = (beat - 16) * 12000 * clip.sound.scale  # of the next variation, which is scheduled already
    assert clip.way.position_at(3 * RATE) == pytest.approx(wanted, abs=1.0)


def test_variations_and_sections_of_transposed_layers_follow_each_other_on_the_beat(tmp_path: Path) -> None:
    script = {control_step_of(0.3): [SetTempo(200.0)], control_step_of(6.0): [SetState("section", "fight")]}
    played = play(make_preset(tmp_path, BODY), 10, script)
    tempo = played.performance.conductor.tempo
    takes = [tempo.beat_at(line["frame"]) for line in played.lines("layer") if "take" in line]
    fight = played.bus("fight")
    first = int(np.flatnonzero(np.abs(fight) > 1e-3)[0])

    assert takes == pytest.approx([0.0, 16.0], abs=1e-3)
    assert abs(first - played.seams()[-1]["frame"]) < 200
    assert abs(cents(fight[first + 9600 :], 331.0 * 2 ** (-7 / 12))) < 2.0


def test_a_layer_that_is_not_transposed_is_entered_as_it_is(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, BODY.replace("transpose = 5", "")), 1)
    stem: Any = played.performance.conductor.assets.stems["calm"]

    assert stem.current.sound.scale == 1.0
    assert stem.current.way is None
