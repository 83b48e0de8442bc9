"""Edits while the tempo is not the section's own: what plays goes on, what is added enters in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.conductor.messages import SetTempo
from adaptive.preset.load import load
from adaptive.session.performance import vocabulary
from tests.helpers.presets import RATE, Player, control_step_of, make_preset

BODY = """
[layers.calm]
stem = "calm.wav"
[layers.both]
stem = "both.wav"
[sections.one]
layers = ["calm"]
"""
TEMPO = {control_step_of(0.3): [SetTempo(200.0)]}


def play_on(folder: Path, *changes: tuple[str, str]) -> Player:
    """Play at another tempo, then edit the preset."""
    player = Player(make_preset(folder, BODY))
    player.play(round(2.0 * RATE), TEMPO)
    text = (folder / "preset.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "preset.toml").write_text(text)
    player.performance.edit(load(folder, vocabulary=vocabulary()))
    return player


def rate_of(player: Player, layer: str) -> float:
    stem: Any = player.performance.conductor.assets.stems[layer]
    return float(stem.current.way.parts[-1].rate)


def test_a_stem_that_plays_goes_on_stretched(tmp_path: Path) -> None:
    player = play_on(tmp_path, ("[layers.calm]\n", "[layers.calm]\nlevel_db = -6.0\n"))
    played = player.play(6 * RATE)
    alone = Player(make_preset(tmp_path / "b", BODY)).play(6 * RATE, TEMPO)
    frame = played.lines("edit")[0]["frame"]

    assert np.array_equal(played.bus("calm")[:frame], alone.bus("calm")[:frame])
    later = slice(frame + 9600, None)
    assert np.allclose(played.bus("calm")[later], alone.bus("calm")[later] * 10 ** (-6 / 20), atol=1e-5)


def test_a_layer_that_is_added_enters_in_the_tempo(tmp_path: Path) -> None:
    player = play_on(tmp_path, ('layers = ["calm"]', 'layers = ["calm", "both"]'))
    player.play(6 * RATE)

    assert rate_of(player, "both") == pytest.approx(200 / 240)
    calm, both = (player.performance.conductor.assets.stems[name].current for name in ("calm", "both"))
    assert calm is not None
    assert both is not None
    assert abs(calm.position_at(6 * RATE) - both.position_at(6 * RATE)) <= 2


def test_the_next_change_of_tempo_moves_all_after_an_edit(tmp_path: Path) -> None:
    player = play_on(tmp_path, ('layers = ["calm"]', 'layers = ["calm", "both"]'))
    player.play(6 * RATE, {control_step_of(4.5): [SetTempo(300.0)]})

    assert rate_of(player, "calm") == pytest.approx(300 / 240)
    assert rate_of(player, "both") == pytest.approx(300 / 240)
    assert player.performance.engine.telemetry().late_commands == 0


def test_an_edit_that_names_a_way_of_stretching_makes_the_engine_elastic(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    player.play(RATE)
    text = (
        (tmp_path / "preset.toml")
        .read_text()
        .replace("[layers.calm]\n", '[layers.calm]\nstretch = "tones"\n')
    )
    (tmp_path / "preset.toml").write_text(text)
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    player.play(3 * RATE)

    assert player.performance.engine.spec.is_elastic
    assert player.performance.conductor.assets.stems["calm"].elastic is not None
