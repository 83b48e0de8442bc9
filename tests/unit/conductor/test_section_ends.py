"""What follows a section that has played its passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.messages import SetState, SetTempo
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import vocabulary
from tests.helpers.presets import BAR, Player, control_step_of, make_preset, play

BODY = """
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[sections.calm]
layers = ["calm"]
[sections.once]
layers = ["fight"]
plays = 1
{then}
[sections.twice]
layers = ["calm", "fight"]
plays = 1
then = "back"
[states.mood]
values = ["calm", "once", "twice"]
{more}
[[select]]
section = "once"
when = "mood == 'once'"
[[select]]
section = "twice"
when = "mood == 'twice'"
[[select]]
section = "calm"
[[transitions]]
exit_at = "bar"
"""


def a_preset(folder: Path, then: str = "", more: str = "") -> Preset:
    return make_preset(folder, BODY.replace("{then}", then).replace("{more}", more))


def sections(preset: Preset, seconds: float, **moods: float) -> list[tuple[float, str]]:
    script = {control_step_of(when): [SetState("mood", mood)] for mood, when in moods.items()}
    played = play(preset, seconds, script)
    lines = [line for line in played.log if line["kind"] == "layer" and "layers" in line]
    return [(line["frame"] / BAR, line["section"]) for line in lines]


def test_a_detour_that_ends_gives_way_to_select(tmp_path: Path) -> None:
    found = sections(a_preset(tmp_path, 'then = "twice"'), 14, once=0.5)
    assert found == [(1.0, "once"), (5.0, "twice"), (9.0, "calm")]


def test_what_a_section_interrupted_that_has_ended_is_passed_on(tmp_path: Path) -> None:
    """Calm, once, twice: the way back from twice leads to calm, where calm was left."""
    found = sections(a_preset(tmp_path), 14, once=1.5, twice=4.5)
    assert found == [(2.0, "once"), (5.0, "twice"), (9.0, "calm")]


def test_over_a_bridge_it_ends_where_the_bridge_begins(tmp_path: Path) -> None:
    more = '[bridges.turn]\nstem = "calm.wav"\nlength_bars = 1\n'
    rule = '[[transitions]]\nfrom = "once"\nto = "calm"\nbridge = "turn"\n'
    preset = make_preset(tmp_path, BODY.replace("{then}", "").replace("{more}", more) + rule)
    assert sections(preset, 9, once=0.5) == [(1.0, "once"), (5.0, "bridge:turn"), (6.0, "calm")]


@pytest.mark.parametrize("asked", [4.6, 4.9, 4.96])
def test_the_same_section_may_be_asked_for_again_at_its_very_end(tmp_path: Path, asked: float) -> None:
    script = {
        control_step_of(0.5): [SetState("mood", "once")],
        control_step_of(asked): [SetState("mood", "calm")],
        control_step_of(asked + 0.02): [SetState("mood", "once")],
    }
    played = play(a_preset(tmp_path), 12, script)
    starts = [line["frame"] / BAR for line in played.log if line["kind"] == "layer" and "layers" in line]
    assert starts[:2] == [1.0, 5.0]  # whatever it leads to, it is no later than the end


def test_a_tempo_message_plans_the_end_again(tmp_path: Path) -> None:
    body = BODY.replace('stem = "fight.wav"', 'generator = "bass"').replace(
        'stem = "calm.wav"', 'generator = "pad"'
    )
    body = body.replace("plays = 1", "plays = 1\nlength_bars = 4").replace("{then}", "").replace("{more}", "")
    script = {control_step_of(0.5): [SetState("mood", "once")], control_step_of(3.5): [SetTempo(120.0)]}
    played = play(make_preset(tmp_path, body), 12, script)
    lines = [line for line in played.log if line["kind"] == "layer" and "layers" in line]
    assert [(line["section"], line["position"]) for line in lines] == [("once", "2.1.0"), ("calm", "6.1.0")]


def test_spent_lines_of_a_save_are_found_by_section_and_condition(tmp_path: Path) -> None:
    player = Player(a_preset(tmp_path))
    player.play(7 * BAR, {control_step_of(0.5): [SetState("mood", "once")]})
    saved = player.performance.save()
    assert saved.spent == (("once", "mood == 'once'"),)
    text = (tmp_path / "preset.toml").read_text(encoding="utf-8")
    above = '[[select]]\nsection = "twice"\nwhen = "mood == \'twice\'"\n'
    (tmp_path / "preset.toml").write_text(
        text.replace("[[select]]", above + "[[select]]", 1), encoding="utf-8"
    )
    restored = Player(load(tmp_path, vocabulary=vocabulary()), saved=saved)
    assert [line for line in restored.play(6 * BAR).log if line["kind"] == "layer" and "layers" in line] == []


def test_where_a_state_names_the_section_the_way_back_leads_to_what_was_interrupted(tmp_path: Path) -> None:
    """Without `[[select]]` the state still names the section that has ended; a new value counts at once."""
    body = BODY[BODY.index("[layers.calm]") : BODY.index("[states.mood]")].replace("{then}", 'then = "back"')
    preset = make_preset(tmp_path, body)
    script = {
        control_step_of(t): [SetState("section", name)]
        for t, name in ((0.5, "twice"), (2.5, "once"), (8.5, "calm"), (9.5, "once"))
    }
    played = play(preset, 16, script)
    lines = [line for line in played.log if line["kind"] == "layer" and "layers" in line]

    assert [(line["t"], line["section"]) for line in lines] == [
        (1.0, "twice"), (3.0, "once"), (7.0, "twice"), (9.0, "calm"), (10.0, "once"), (14.0, "calm"),
    ]  # fmt: skip
    asked = played.seams()[0]
    ended = next(line for line in played.seams() if "has played its" in line["reason"])
    assert asked["reason"] == "section == 'twice' (section = twice)", "the file has no select[2]"
    assert ended["rule"] == "no rule of the preset: any → any (exit at end, enter at last_position)"


VICTORY = """
[layers.menu]
stem = "both.wav"
[layers.explore]
stem = "calm.wav"
[layers.victory]
stem = "fight.wav"
[sections.menu]
layers = ["menu"]
[sections.explore]
layers = ["explore"]
[sections.victory]
layers = ["victory"]
plays = 1
length_bars = 4
then = "back"
[parameters.danger]
[states.scene]
values = ["menu", "explore", "victory"]
[[select]]
section = "victory"
when = "scene == 'victory'"
[[select]]
section = "explore"
when = "scene == 'explore' and danger < 0.5"
[[select]]
section = "menu"
[[transitions]]
exit_at = "bar"
"""


@pytest.mark.parametrize(("danger", "after"), [(0.0, "explore"), (1.0, "menu")])
def test_a_fanfare_of_the_only_state_group_leads_back_if_select_wanted_it_but_for_that_state(
    tmp_path: Path, danger: float, after: str
) -> None:
    script = {
        control_step_of(0.5): [SetState("scene", "explore")],
        control_step_of(2.5): [SetState("scene", "victory")],
        control_step_of(12.5): [SetState("scene", "menu")],
    }
    player = Player(make_preset(tmp_path, VICTORY))
    player.play(3 * BAR, {step: script[step] for step in script if step < control_step_of(3.0)})
    engine, layout = player.performance.engine, player.performance.layout
    engine.set_parameter(layout.parameters["danger"], danger)
    player.play(10 * BAR, script)
    saved = player.performance.save()
    played = player.play(14 * BAR, script)
    lines = [line for line in played.log if line["kind"] == "layer" and "layers" in line]
    reason = next(line["reason"] for line in played.log if "has played its" in line["reason"])

    assert [line["section"] for line in lines][:3] == ["explore", "victory", after]
    assert lines[2]["t"] == 7.0
    assert reason.endswith("but select does not want explore any more") is (after == "menu")
    if after == "explore":
        assert (lines[3]["t"], lines[3]["section"]) == (13.0, "menu"), "a new value counts at once"
        restored = Player(player.performance.preset, saved=saved)
        restored.play(2 * BAR)
        assert restored.performance.conductor.instance.section == "explore"
