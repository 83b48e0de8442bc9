from __future__ import annotations

import pickle
from itertools import pairwise

import pytest

from adaptive.composer.plan.section_plan import SectionPlan, SectionPlans
from tests.unit.composer.composing import METERS, section_plan


def written(plan: SectionPlan, bars: int) -> list[object]:
    return [
        (plan.bar(bar).harmony, plan.bar(bar).tune, plan.bar(bar).basses, plan.bar(bar).voicings)
        for bar in range(bars)
    ]


def test_equal_briefs_give_equal_bars_in_any_order() -> None:
    forwards = written(section_plan(seed=4), 40)
    backwards = section_plan(seed=4)
    for bar in reversed(range(40)):
        backwards.bar(bar).tune  # noqa: B018

    assert written(backwards, 40) == forwards
    assert written(section_plan(seed=5), 40) != forwards


def test_a_bar_a_billion_bars_away_is_found_at_once() -> None:
    plan = section_plan(seed=4)
    far = plan.bar(1_000_000_007)

    assert far.tune == section_plan(seed=4).bar(1_000_000_007).tune
    assert far.label


def test_declared_chords_are_obeyed_bar_by_bar() -> None:
    plan = section_plan(chords=["C Db7", "Cm7/G", "Gm7", "Cmaj7", "N.C.", "F#m7b5 B7", "Em7", "Bb/C"])
    bars = [" ".join(str(chord) for _, chord in plan.bar(bar).harmony.chords) for bar in range(9)]

    assert bars[:2] == ["C Db7", "Cm7/G"]
    assert bars[4:] == ["N.C.", "F#m7b5 B7", "Em7", "Bb/C", "C Db7"]
    assert [plan.bar(1).basses[0] % 12, plan.bar(0).basses[1] % 12, plan.bar(7).basses[0] % 12] == [7, 1, 0]
    assert plan.bar(4).voicings == ((),)


def test_every_bar_knows_the_first_chord_of_the_next() -> None:
    plan = section_plan(seed=2)
    for bar in range(40):
        assert plan.bar(bar).harmony.next_chord == plan.bar(bar + 1).harmony.chords[0][1]


def test_themes_return_and_new_ones_come() -> None:
    plan = section_plan(seed=1)
    labels = [plan.bar(bar).part.form.theme for bar in range(0, 480, 8)]

    assert labels[:6].count("A") >= 3
    assert len(set(labels)) >= 20


def test_neighbouring_themes_differ_in_two_things_at_least() -> None:
    layers = ["melody", "pad", "bass", "arpeggio", "drums"]
    for seed in range(10):
        plan = section_plan(seed=seed, layers=layers)
        parts = [plan.part_at(8 * number) for number in range(12)]
        for one, other in pairwise(parts):
            if one.form.theme != other.form.theme and one.form.place != other.form.place:
                a, b = one.character, other.character
                kinds = (a.resting != b.resting, a.register != b.register, a.density != b.density,
                         a.harmonic_rhythm != b.harmonic_rhythm)  # fmt: skip
                assert sum(kinds) >= 2, (seed, one.form, other.form)


def test_beside_recordings_nobody_rests_and_without_chords_there_is_only_the_fifth_of_the_key() -> None:
    plan = section_plan(has_stems=True, layers=["melody", "pad", "bass", "drums"])
    for bar in range(48):
        assert not plan.bar(bar).part.character.resting
        assert [str(chord) for _, chord in plan.bar(bar).harmony.chords] == ["A5"]
        assert plan.bar(bar).rests_from is None


@pytest.mark.parametrize(("beats", "unit"), METERS)
@pytest.mark.parametrize("phrase_bars", [1, 3, 4, 9])
def test_any_meter_and_phrase_length_can_be_planned(beats: int, unit: int, phrase_bars: int) -> None:
    plan = section_plan(beats=beats, unit=unit, phrase_bars=phrase_bars)
    for bar in range(3 * phrase_bars):
        planned = plan.bar(bar)
        assert planned.harmony.chords[0][0] == 0
        assert 0.0 <= planned.tension <= 1.0
        assert len(planned.voicings) == len(planned.harmony.chords)


def test_preparing_a_part_does_one_thing_at_a_time_until_nothing_is_left() -> None:
    plan = section_plan()
    steps = 0
    while plan.prepare(0):
        steps += 1

    assert 5 <= steps <= 7
    assert not plan.prepare(7)


def test_each_visit_has_a_plan_of_its_own_and_the_theme_is_the_same() -> None:
    plans = SectionPlans(section_plan(seed=3).brief)
    first, again, second = plans.visit(0), plans.visit(0), plans.visit(1)

    assert first is again
    assert first.bar(0).part.form.theme == second.bar(0).part.form.theme
    assert first.bar(0).part.ideas == second.bar(0).part.ideas
    assert written(first, 8) != written(second, 8)


def test_a_part_is_described_in_words() -> None:
    words = section_plan(chords=["Am", "F", "C", "G"]).bar(0).describe()

    assert words.startswith("A: 8 bars in A minor, closes open, open; Am | F | C | G")


def test_an_edit_of_layers_keeps_the_plan_of_the_present_visit() -> None:
    chords = ["Am", "F"]
    before = SectionPlans(section_plan(chords=chords, layers=["melody", "bass"]).brief)
    fuller = SectionPlans(section_plan(chords=chords, layers=["melody", "bass", "pad"]).brief)
    without = SectionPlans(section_plan(chords=chords, layers=["bass"], has_stems=True).brief)
    other = SectionPlans(section_plan(chords=["C"], layers=["melody", "bass"]).brief)

    assert fuller.adopt(before, 2)
    assert fuller.visit(2) is before.visit(2)
    assert fuller.visit(3).brief.layers == fuller.brief.layers
    assert without.adopt(before, 0)
    assert not other.adopt(before, 0)
    assert not before.adopt(without, 1)


def test_a_pickled_bar_is_planned_again() -> None:
    bar = section_plan(seed=9).bar(13)
    other = pickle.loads(pickle.dumps(bar))

    assert (other.tune, other.voicings, other.harmony) == (bar.tune, bar.voicings, bar.harmony)
    assert len(pickle.dumps(bar)) < 5000
