from __future__ import annotations

from adaptive.composer.plan.brief import LayerBrief
from adaptive.composer.plan.character import character_of, leader_of
from adaptive.composer.plan.form import FormPart
from tests.unit.composer.composing import section_plan
from tools.pieces import ENSEMBLES, plan_of

FULL = ["melody", "pad", "bass", "arpeggio", "drums"]


def test_a_quiet_theme_has_no_drums_and_less_energy() -> None:
    for seed in range(10):
        brief = section_plan(seed=seed, layers=FULL).brief
        quiet = character_of(brief, FormPart("C", 0, "C", 2))

        assert "drums" in quiet.resting
        assert quiet.energy < -0.1
        assert quiet.density < 0.0


def test_somebody_always_plays() -> None:
    for layers in (["drums"], ["pad"], ["pad", "drums"], FULL):
        for seed in range(10):
            brief = section_plan(seed=seed, layers=layers).brief
            for place in range(3):
                resting = character_of(brief, FormPart("X", 0, "X", place)).resting
                assert len(resting) < len(layers)


def test_the_melody_leads_if_it_plays() -> None:
    brief = section_plan(layers=FULL).brief

    assert leader_of(brief, frozenset()) == "melody"
    assert leader_of(brief, frozenset({"melody"})) == "arpeggio"
    assert leader_of(section_plan(layers=["drums"]).brief, frozenset()) == ""
    assert brief.layers[0] == LayerBrief("melody", "melody", True)


def test_a_solo_is_higher_and_louder_than_its_theme_and_extras_play_behind_its_bridge() -> None:
    brief = plan_of(ENSEMBLES["jazz"], 1).brief
    theme, solo = (character_of(brief, FormPart("A", 0, "A", 0, number)) for number in (0, 1))

    assert (solo.register > theme.register, solo.energy > theme.energy) == (True, True)
    assert solo.resting == {"clarinet"}
    assert not character_of(brief, FormPart("B", 0, "B", 1, 1)).resting
