from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.messages import SetTempo
from tests.helpers.presets import Player, make_preset

BODY = """
[layers.pad]
generator = "pad"
{inserts}
[sections.one]
layers = ["pad"]
length_bars = 4
"""
ECHO = 'inserts = [{ kind = "delay", beats = 0.5 }]'


def player_of(folder: Path, inserts: str) -> Player:
    return Player(make_preset(folder, BODY.format(inserts=inserts)))


def test_a_delay_hears_of_the_tempo_that_a_message_asks_for(tmp_path: Path) -> None:
    player = player_of(tmp_path, ECHO)
    engine = player.performance.engine
    player.play(9600)
    before = float(engine.memory.head["tempo_bpm"])
    player.control_step([SetTempo(90.0)])
    player.play(96000)

    assert before == pytest.approx(player.performance.preset.file.tempo_bpm)
    assert float(engine.memory.head["tempo_bpm"]) == pytest.approx(90.0)


def test_a_preset_without_delays_is_told_nothing(tmp_path: Path) -> None:
    player = player_of(tmp_path, "")
    player.performance.engine.memory.head["tempo_bpm"] = 1.0
    player.play(9600)

    assert player.performance.engine.memory.head["tempo_bpm"] == 1.0
