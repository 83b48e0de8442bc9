from __future__ import annotations

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
