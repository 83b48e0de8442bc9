from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.messages import SetMood, SetTempo
from tests.helpers.presets import RATE, Player, control_step_of, make_preset

BODY = """
[layers.pad]
generator = "pad"
[sections.calm]
layers = ["pad"]
length_bars = 4
"""
EXCITED = SetMood((0.0, 1.0))


def tempo_after(folder: Path, *script: tuple[float, object]) -> float:
    player = Player(make_preset(folder, BODY))
    player.play(8 * RATE, {control_step_of(at): [message] for at, message in script})  # type: ignore[list-item]
    conductor = player.performance.conductor
    return conductor.tempo.tempo_at(conductor.now) / conductor.assets.segments["calm"].tempo_bpm


def test_an_excited_mood_is_faster_until_it_is_let_go(tmp_path: Path) -> None:
    assert tempo_after(tmp_path / "a", (0.5, EXCITED)) == pytest.approx(1.14, abs=0.002)
    assert tempo_after(tmp_path / "b", (0.1, EXCITED), (0.6, SetMood(None))) == pytest.approx(1.0, abs=0.002)


def test_a_tempo_message_comes_before_the_mood(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    player.play(6 * RATE, {control_step_of(0.5): [EXCITED, SetTempo(100.0)]})
    conductor = player.performance.conductor

    assert conductor.tempo.tempo_at(conductor.now) == pytest.approx(100.0, abs=0.1)
