"""A transition that is cancelled before its seam leaves no trace in the sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import SetState, SetTempo
from adaptive.preset.model import Preset
from tests.helpers.presets import HEAD, Played, control_step_of, make_preset, play, two_sections

GENERATED = """
[layers.drums]
generator = "drums"
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[layers.arpeggio]
generator = "arpeggio"
[layers.melody]
generator = "melody"
[sections.calm]
layers = ["drums", "bass", "pad", "melody"]
energy = 0.8
length_bars = 4
chords = ["Dm", "Bb", "F", "C"]
[sections.fight]
layers = ["drums", "bass", "arpeggio"]
length_bars = 4
chords = ["Dm", "Gm"]
energy = 0.9
"""


def rule(exit_at: str, fade: str = "", enter_at: str = "start") -> str:
    return (
        f'[[transitions]]\nfrom = "any"\nto = "any"\nexit_at = {exit_at}\nenter_at = "{enter_at}"\n{fade}\n'
    )


def generated(folder: Path, exit_at: str = '"end"', fade: str = "", tempo: int = 120) -> Preset:
    head = HEAD.replace("240", str(tempo))
    return make_preset(folder, GENERATED + rule(exit_at, fade), head)


def asked_and_cancelled(
    preset: Preset, asked: float, cancelled: float, seconds: float
) -> tuple[Played, Played]:
    script = {
        control_step_of(asked): [SetState("section", "fight")],
        control_step_of(cancelled): [SetState("section", "calm")],
    }
    return play(preset, seconds, script), play(preset, seconds)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Preset, Played]:
    """The generated preset, and 18 seconds of it without a request."""
    preset = generated(tmp_path_factory.mktemp("undisturbed"))
    return preset, play(preset, 18)


def test_stems_play_as_if_the_cancelled_request_had_not_been_made(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, 'exit_at = "end"\nfade_out = { beats = 2 }\nfade_in = { beats = 2 }')
    changed, alone = asked_and_cancelled(preset, 0.7, 3.2, 9)

    assert [line["status"] for line in changed.lines("transition")[1:]] == ["planned", "cancelled"]
    assert np.array_equal(changed.master, alone.master)


@pytest.mark.parametrize(
    ("asked", "cancelled"),
    [
        (0.5, 0.6),
        (0.5, 3.0),  # three bars were written under the plan
        (0.5, 5.7),  # the fill before the seam is written, none of it has sounded
        (5.2, 5.9),
    ],
)
def test_generated_layers_play_as_if_the_cancelled_request_had_not_been_made(
    undisturbed: tuple[Preset, Played], asked: float, cancelled: float
) -> None:
    # at 120 bpm the first pass ends at 8 s; the fill that leads up to it begins at 6 s
    preset, alone = undisturbed
    script = {control_step_of(asked): [SetState("section", "fight")]}
    changed = play(preset, 18, script | {control_step_of(cancelled): [SetState("section", "calm")]})

    assert changed.lines("transition", status="cancelled") != []
    for layer in ("drums", "bass", "pad", "melody", "arpeggio"):
        assert np.array_equal(changed.bus(layer), alone.bus(layer)), layer


def test_the_log_has_the_same_notes_as_a_run_without_the_cancelled_request(tmp_path: Path) -> None:
    changed, alone = asked_and_cancelled(generated(tmp_path, tempo=130), 0.5, 4.0, 16)

    assert changed.lines("note") == alone.lines("note")


def test_a_cancelled_transition_to_another_tempo_leaves_no_trace(tmp_path: Path) -> None:
    faster = GENERATED.replace("energy = 0.9", "energy = 0.9\ntempo_bpm = 171")
    preset = make_preset(tmp_path, faster + rule('"end"'), HEAD.replace("240", "130"))
    changed, alone = asked_and_cancelled(preset, 0.5, 4.0, 16)

    assert np.array_equal(changed.master, alone.master)


def test_a_request_that_replaces_another_sounds_as_if_it_were_the_only_one(tmp_path: Path) -> None:
    body = GENERATED + '[sections.third]\nlayers = ["drums", "pad"]\nlength_bars = 4\n' + rule('"end"')
    preset = make_preset(tmp_path, body, HEAD.replace("240", "120"))
    both = {
        control_step_of(0.5): [SetState("section", "fight")],
        control_step_of(3.0): [SetState("section", "third")],
    }
    once = {control_step_of(3.0): [SetState("section", "third")]}
    changed, alone = play(preset, 14, both), play(preset, 14, once)

    for layer in ("drums", "bass", "pad", "melody", "arpeggio"):
        assert np.array_equal(changed.bus(layer), alone.bus(layer)), layer


def test_transitions_that_are_planned_and_cancelled_over_and_over_never_add_or_lose_a_hit(
    tmp_path: Path,
) -> None:
    # cancelled at many moments of a bar, between hits that lead and lag the beat
    preset = generated(tmp_path, '"bar"')
    script = {}
    for n in range(24):
        script[control_step_of(2.05 + 0.37 * n)] = [SetState("section", "fight")]
        script[control_step_of(2.05 + 0.37 * n) + 3] = [SetState("section", "calm")]
    hits = play(preset, 12, script).lines("note", layer="drums")
    places = [(line["pitch"], line["frame"]) for line in hits]
    apart = {}
    for pitch, frame in places:
        apart.setdefault(pitch, []).append(frame)

    assert len(set(places)) == len(places)
    # one drum twice within 20 ms would be a hit that was written twice
    assert min(np.diff(frames).min() for frames in apart.values() if len(frames) > 1) > 960


def test_returning_to_the_sections_own_tempo_keeps_positions_in_order(tmp_path: Path) -> None:
    preset = generated(tmp_path)
    played = play(
        preset, 10, {control_step_of(1.0): [SetTempo(140.0)], control_step_of(3.0): [SetTempo(None)]}
    )
    tempo = played.performance.conductor.tempo

    assert tempo.tempo_at(9 * 48000) == pytest.approx(120.0)
    lines = sorted(played.lines("note"), key=lambda line: line["frame"])
    positions = [tuple(map(int, line["position"].split("."))) for line in lines]
    assert positions == sorted(positions)
