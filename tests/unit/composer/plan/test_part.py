from __future__ import annotations

from dataclasses import replace

from adaptive.composer.plan.brief import BarChords, LayerBrief
from adaptive.composer.plan.section_plan import SectionPlan
from tests.unit.composer.composing import section_plan


def test_returns_keep_the_ideas_and_vary_something() -> None:
    differs = 0
    for seed in range(8):
        plan = section_plan(seed=seed, form="A A' B A")
        first, varied, plain = plan.part_at(0), plan.part_at(8), plan.part_at(24)

        assert first.ideas == varied.ideas == plain.ideas
        assert first.tune == plain.tune
        assert first.groove == varied.groove
        differs += first.tune != varied.tune

    assert differs >= 6


def test_the_accompaniment_stays_below_the_tune() -> None:
    for seed in range(10):
        part = section_plan(seed=seed).part_at(0)
        for bar, voicings in enumerate(part.voicings):
            lowest = min((note.pitch.midi for note in part.tune.bars[bar]), default=128)
            assert all(max(notes) < max(lowest, 62) for notes in voicings if notes)


def test_half_of_the_answers_begin_like_what_they_answer() -> None:
    alike = sum(
        part.chords[:2] == part.chords[4:6]
        for part in (section_plan(seed=seed).part_at(0) for seed in range(30))
    )

    assert 8 <= alike <= 27


def test_some_contrasting_themes_are_in_a_related_key_and_close_there() -> None:
    keys = set()
    for seed in range(40):
        plan = section_plan(seed=seed, form="A B A")
        assert {str(plan.part_at(bar).key) for bar in (0, 16)} == {"A minor"}
        part = plan.part_at(8)
        keys.add(str(part.key))
        assert part.chords[-1][-1][1].root == part.key.tonic
        assert plan.bar(9).harmony.key == part.key

    assert {"A minor", "C major"} <= keys <= {"A minor", "C major", "D minor", "E minor"}
    declared = section_plan(seed=1, form="A B", chords=["Am", "F"])
    assert declared.part_at(8).key == declared.brief.key


def test_chamber_takes_progressions_from_the_network_unless_learned_is_off() -> None:
    def chords_of(genre: str, key: str, *, learned: bool) -> list[list[BarChords]]:
        layers = (LayerBrief("air", "pad", style=genre),)
        briefs = [
            replace(section_plan(key=key, seed=seed).brief, layers=layers, learned=learned)
            for seed in range(8)
        ]
        return [SectionPlan(brief).part_at(0).chords for brief in briefs]

    def inversions(parts: list[list[BarChords]]) -> int:
        return sum(chord.bass != chord.root for part in parts for bar in part for _, chord in bar)

    drawn, rules = (chords_of("chamber", "G major", learned=learned) for learned in (True, False))
    assert inversions(drawn) > 2 * inversions(rules)
    for genre, key in (("chamber", "D dorian"), ("jazz", "G major")):
        assert chords_of(genre, key, learned=True) == chords_of(genre, key, learned=False)
