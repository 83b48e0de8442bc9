from __future__ import annotations

from adaptive.composer.comping import STYLES, comping
from tests.unit.composer.composing import compose, contexts


def test_strokes_are_the_three_voices_of_the_plan() -> None:
    for style in STYLES:
        asked = contexts(style=style, chords=["Am", "F"], density=0.6)
        for context, bar in zip(asked, compose(comping, asked), strict=True):
            for onset in {note.onset for note in bar}:
                stroke = tuple(sorted(note.midi for note in bar if note.onset == onset))
                assert stroke == context.plan.voicings[0]


def test_offbeat_strokes_are_off_the_beat() -> None:
    for bar in compose(comping, contexts(style="offbeat", density=0.6)):
        assert all(note.onset.denominator == 2 for note in bar)


def test_charleston_has_the_first_beat_and_the_offbeat_after_the_second() -> None:
    bars = compose(comping, contexts(style="charleston", density=0.3, chords=["Am"]))

    assert {float(note.onset) for note in bars[0]} == {0.0, 1.5}


def test_stabs_come_between_the_changes_that_a_pad_states() -> None:
    def at_changes(layers: list[str]) -> int:
        found = 0
        for seed in range(8):
            bars = compose(
                comping, contexts(style="syncopated", seed=seed, layers=layers, bars=4, density=0.9)
            )
            found += sum(note.onset == 0 for bar in bars for note in bar)
            assert all(bars)
        return found

    assert at_changes(["melody", "bass", "pad"]) == 0
    assert at_changes(["melody", "bass"]) > 0
