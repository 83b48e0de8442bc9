"""What every kind of layer promises the conductor; a new kind is added to the body and to `KINDS`."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.layers.layer_player import LayerPlayer
from adaptive.conductor.planned_transition import TransitionRequest
from adaptive.kernel.layout import CLIP_START
from tests.helpers.presets import HEAD, RATE, Player, make_preset

BODY = """
[layers.stem]
stem = { calm = "calm.wav", fight = "fight.wav" }
[layers.variations]
stem = ["calm.wav", "fight.wav"]
[layers.synth]
generator = "bass"
[layers.kit]
generator = "drums"
[layers.other]
stem = "both.wav"
[sections.calm]
layers = ["stem", "variations", "synth", "kit"]
length_bars = 4
[sections.fight]
layers = ["stem", "variations", "synth", "kit"]
length_bars = 4
[sections.bare]
layers = ["other"]
length_bars = 4
"""
KINDS = ("stem", "variations", "synth", "kit")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kinds")


def playing(folder: Path, seconds: float = 0.5) -> Player:
    player = Player(make_preset(folder, BODY, HEAD))
    player.play(round(seconds * RATE))
    return player


def player_of(player: Player, kind: str) -> LayerPlayer:
    return dict(player.performance.conductor.assets.players())[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", ["fight", "bare"])
def test_a_seam_that_is_cancelled_has_not_been(folder: Path, kind: str, target: str) -> None:
    player = playing(folder)
    conductor = player.performance.conductor
    applier, planner = conductor.planner.applier, conductor.planner
    planner.plan(TransitionRequest(target, "a test"))
    transition = conductor.transition
    assert transition is not None
    layer, seam = player_of(player, kind), applier.seam_of(transition)
    layer.undo(transition.layers_before[kind], seam.frame, seam.earliest, seam.tempo)
    first = layer.switch(seam, is_wanted=target == "fight", fill_beat=None)
    layer.undo(first.before, seam.frame, seam.earliest, seam.tempo)
    second = layer.switch(seam, is_wanted=target == "fight", fill_beat=None)

    assert second.posted == first.posted
    assert second.before == first.before


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_seam_sounds_earlier_than_it_may(folder: Path, kind: str) -> None:
    player = playing(folder)
    conductor = player.performance.conductor
    conductor.planner.plan(TransitionRequest("fight", "a test"))
    transition = conductor.transition
    assert transition is not None
    layer, seam = player_of(player, kind), conductor.planner.applier.seam_of(transition)
    layer.undo(transition.layers_before[kind], seam.frame, seam.earliest, seam.tempo)
    switched = layer.switch(seam, is_wanted=True, fill_beat=None)

    assert all(command.frame >= seam.earliest for command in switched.posted)
    assert all(command.group == seam.group for command in switched.posted)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_begins_in_its_own_rows(folder: Path, kind: str) -> None:
    player = playing(folder)
    conductor = player.performance.conductor
    context = conductor.playback.compose_context(conductor.instance)
    layer = player_of(player, kind)
    starts = [one for one in layer.begin(context, 0) if one.operation == CLIP_START]

    assert all(one.target in layer.place.clips for one in starts)
    assert len(starts) == (1 if kind in {"stem", "variations"} else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_tempo_withdraws_notes_and_nothing_else(folder: Path, kind: str) -> None:
    player = playing(folder)
    conductor = player.performance.conductor
    at = conductor.playback.earliest
    posted = player_of(player, kind).withdraw_notes(at, conductor.tempo.beat_at(at))

    assert len(posted) == (1 if kind in {"synth", "kit"} else 0)


@pytest.mark.parametrize(("kind", "count"), [("stem", 2), ("variations", 4), ("synth", 0)])
def test_a_layer_knows_its_recordings(folder: Path, kind: str, count: int) -> None:
    assert len(list(player_of(playing(folder, 0.1), kind).recordings())) == count
    assert list(player_of(playing(folder, 0.1), "kit").recordings())
