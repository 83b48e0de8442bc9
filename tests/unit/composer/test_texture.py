from __future__ import annotations

from adaptive.composer.texture import texture
from tests.unit.composer.composing import compose, contexts


def test_it_never_comes_on_a_note_of_the_tune_and_is_soft() -> None:
    for seed in range(8):
        asked = contexts(seed=seed, density=1.0)
        for context, bar in zip(asked, compose(texture, asked), strict=True):
            assert not {note.onset for note in bar} & {note.onset for note in context.plan.tune}
            assert all(note.velocity < 0.5 for note in bar)


def test_bars_differ() -> None:
    bars = compose(texture, contexts(chords=["Am"], density=0.8, bars=16))

    assert len({tuple((note.onset, note.pitch) for note in bar) for bar in bars}) > 8
