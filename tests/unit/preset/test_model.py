from __future__ import annotations

from pathlib import Path

from adaptive.preset.load import StateGroup
from adaptive.preset.model import DEFAULT_TRANSITION
from adaptive.preset.schema import Fade
from tests.unit.preset.preset_files import loaded


def test_without_states_there_is_one_group_whose_values_are_the_sections(tmp_path: Path) -> None:
    preset = loaded(tmp_path)

    assert {"section": StateGroup(("calm", "storm"), "calm")} == preset.state_groups
    assert [line.section for line in preset.select] == ["calm", "storm"]
    assert [one.text for one in preset.when.values()] == ["section == 'calm'", "section == 'storm'"]
    assert preset.default_section == "calm"


def test_the_default_section_is_the_one_without_a_condition(tmp_path: Path) -> None:
    extra = """
    [[select]]
    section = "calm"
    when = "section == 'calm'"
    [[select]]
    section = "storm"
    """
    preset = loaded(tmp_path, extra)

    assert preset.default_section == "storm"
    assert preset.state_groups["section"].default == "storm"
    assert list(preset.when) == [0]


def test_a_state_group_without_a_default_begins_with_its_first_value(tmp_path: Path) -> None:
    preset = loaded(tmp_path, '[states.place]\nvalues = ["road", "shelter"]\n')

    assert {"place": StateGroup(("road", "shelter"), "road")} == preset.state_groups


def test_without_a_rule_a_transition_waits_for_the_bar_and_fades_two_beats(tmp_path: Path) -> None:
    rule = loaded(tmp_path).transition("calm", "storm")

    assert rule is DEFAULT_TRANSITION
    assert (rule.exit_at, rule.enter_at, rule.fade_out) == ("bar", "start", Fade(beats=2.0))


def test_the_most_specific_rule_applies(tmp_path: Path) -> None:
    rules = [("any", "any"), ("any", "storm"), ("walk", "any"), ("walk", "storm"), ("calm", "storm")]
    extra = '[playlists.walk]\nplay = ["calm", "third"]\n[sections.third]\nlayers = []\n'
    extra += "".join(f'[[transitions]]\nfrom = "{a}"\nto = "{b}"\n' for a, b in rules)
    preset = loaded(tmp_path, extra)
    pairs = [("calm", "storm"), ("third", "storm"), ("calm", "third"), ("storm", "calm")]
    found = [preset.transition(source, target) for source, target in pairs]

    assert [(rule.source, rule.target) for rule in found] == [
        ("calm", "storm"),
        ("walk", "storm"),
        ("walk", "any"),
        ("any", "any"),
    ]
    assert preset.written_transition("storm", "calm", wildcard=()) is None


def test_the_playlists_of_a_section_are_listed_from_the_innermost(tmp_path: Path) -> None:
    extra = '[playlists.inner]\nplay = ["calm"]\n[playlists.outer]\nplay = ["inner", "storm"]\n'
    preset = loaded(tmp_path, extra)

    assert preset.playlists_of("calm") == ("inner", "outer")
    assert preset.playlists_of("storm") == ("outer",)


def test_the_variations_of_a_layer_are_its_files_in_a_segment(tmp_path: Path) -> None:
    extra = '[layers.two]\nstem = { calm = ["stems/pad.wav", "stems/b.wav"] }\n'
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems/b.wav").write_bytes(b"")
    preset = loaded(tmp_path, extra)

    assert [path.name for path in preset.variations("two", "calm")] == ["pad.wav", "b.wav"]
    assert preset.variations("two", "storm") == ()
