"""Jumps to sections that play a number of passes, and to sections with an introduction."""

from __future__ import annotations

from pathlib import Path

from adaptive.conductor.messages import Jump, Restart, SetState
from adaptive.preset.model import Preset
from tests.helpers.presets import Player, control_step_of, make_preset, play, write_sine

BODY = """
[states.won]
values = ["no", "yes"]
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[sections.calm]
layers = ["calm"]
[sections.fanfare]
layers = ["fight"]
length_bars = 4
plays = 1
{more}
[[select]]
section = "fanfare"
when = "won == 'yes'"
[[select]]
section = "calm"
[[transitions]]
exit_at = "bar"
"""

WON = {control_step_of(0.5): [SetState("won", "yes")]}


def a_preset(folder: Path, more: str = "") -> Preset:
    return make_preset(folder, BODY.replace("{more}", more))


def sections(preset: Preset, seconds: float, script: dict[int, list[object]]) -> list[tuple[float, str]]:
    played = play(preset, seconds, script)
    return [(line["t"], line["section"]) for line in played.lines("layer") if "layers" in line]


def test_a_jump_to_a_section_that_has_ended_lets_its_line_count_again(tmp_path: Path) -> None:
    script = {**WON, control_step_of(6.4): [Jump("fanfare", id="j")]}
    played = play(a_preset(tmp_path), 12.0, script)
    found = [(line["t"], line["section"]) for line in played.lines("layer") if "layers" in line]

    assert found == [(1.0, "fanfare"), (5.0, "calm"), (6.5, "fanfare"), (10.5, "calm")]
    assert played.told("j")[-1] == "finished"
    again = played.lines("state", status="counts again")
    assert [(line["section"], line["reason"]) for line in again] == [("fanfare", "a jump was asked for")]
    assert len(played.lines("state", status="spent")) == 2


def test_a_section_that_was_jumped_to_ends_after_its_passes(tmp_path: Path) -> None:
    """Select never wants it: its passes are counted all the same, and it is not begun again."""
    found = sections(a_preset(tmp_path), 9.0, {control_step_of(0.4): [Jump("fanfare", 2)]})

    assert found == [(0.5, "fanfare"), (3.5, "calm")]


def test_a_restart_of_a_section_that_was_jumped_to_begins_its_passes_anew(tmp_path: Path) -> None:
    script = {control_step_of(0.4): [Jump("fanfare")], control_step_of(1.6): [Restart("r")]}
    found = sections(a_preset(tmp_path), 9.0, script)

    assert found == [(0.5, "fanfare"), (2.5, "fanfare"), (6.5, "calm")]


def test_a_jump_that_is_saved_still_ends(tmp_path: Path) -> None:
    preset = a_preset(tmp_path)
    before = Player(preset)
    before.play(96_000, {control_step_of(0.4): [Jump("fanfare")]})
    after = Player(preset, saved=before.performance.save()).play(4 * 48_000)

    assert after.performance.conductor.instance.section == "calm"
    assert after.performance.conductor.places.state.jumped is None


def test_without_a_bar_a_jump_begins_with_the_introduction_and_bar_1_is_behind_it(tmp_path: Path) -> None:
    write_sine(tmp_path / "fight.wav", 331.0, beats=24)
    preset = a_preset(tmp_path, "intro_bars = 2")
    starts = []
    for bar in (None, 1):
        played = play(preset, 2.0, {control_step_of(0.4): [Jump("fanfare", bar)]})
        starts.append(played.seams()[0]["section_position"])

    assert starts == ["-2.1.0", "1.1.0"]
