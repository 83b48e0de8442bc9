from __future__ import annotations

from adaptive.composer.countermelody import countermelody
from tests.unit.composer.composing import compose, contexts


def test_it_lies_below_the_tune_and_moves_where_the_tune_holds() -> None:
    for seed in range(10):
        asked = contexts(seed=seed, density=0.8)
        for context, bar in zip(asked, compose(countermelody, asked), strict=True):
            changes = {onset for onset, _ in context.harmony.chords}
            tune = {note.onset for note in context.plan.part.tune.bars[context.plan.bar_in_part]}
            assert {note.onset for note in bar} - changes <= set(range(4)) - tune
            assert all(note.midi <= max(62, context.plan.ceiling) for note in bar)


def test_a_low_density_keeps_the_notes_on_changes() -> None:
    asked = contexts(chords=["Am F", "C"], density=0.2)
    bars = compose(countermelody, asked)

    assert [[int(note.onset) for note in bar] for bar in bars[:2]] == [[0, 2], [0]]
