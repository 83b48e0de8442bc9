from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import pairwise

from adaptive.composer.melody import melody
from adaptive.music.pitch import Pitch
from tests.unit.composer.composing import METERS, Bar, compose, contexts

PROGRESSIONS = [(), ("Am", "F", "C", "G"), ("Am7", "Dm", "G7", "Cmaj7")]


def steps(bar: Bar) -> list[int]:
    return [Pitch.parse(note.pitch).step for note in bar]


@cache
def lines() -> list[Bar]:
    return [
        bar
        for chords in PROGRESSIONS
        for seed in range(25)
        for bar in compose(melody, contexts(chords=chords, seed=seed, density=0.6))
    ]


def test_melodies_move_by_step_and_seldom_leap() -> None:
    moves = Counter(abs(b - a) for bar in lines() for a, b in pairwise(steps(bar)))
    total = sum(moves.values())

    assert moves[1] / total > 0.42
    assert moves[0] / total < 0.15
    assert sum(count for size, count in moves.items() if size > 4) / total < 0.05


def test_leaps_are_answered_by_a_move_back() -> None:
    leaps = answered = 0
    for bar in lines():
        moves = [b - a for a, b in pairwise(steps(bar))]
        for one, other in pairwise(moves):
            leaps += abs(one) > 2
            answered += abs(one) > 2 and one * other < 0 and abs(other) <= 2

    assert answered / leaps > 0.85


def test_heavy_notes_are_of_the_chord_or_lean_on_it() -> None:
    leaning = heavy = 0
    for seed in range(20):
        asked = contexts(seed=seed, density=0.5)
        for context, bar in zip(asked, compose(melody, asked), strict=True):
            for note, after in pairwise([*bar, None]):
                if note is None or note.onset > 0 or note.duration < 1:
                    continue
                chord = [c for start, c in context.harmony.chords if start <= note.onset][-1]
                heavy += 1
                if note.midi % 12 not in chord.pitch_classes:
                    leaning += 1
                    assert after is not None
                    assert abs(after.midi - note.midi) in {1, 2}  # left by step
    assert 0 < leaning / heavy < 0.15


def test_the_theme_returns_exactly_where_it_is_plain() -> None:
    for seed in range(10):
        bars = compose(melody, contexts(seed=seed, density=0.6, bars=24, form="A B A", chords=("Am", "F")))
        first = [[(note.onset, note.pitch) for note in bar] for bar in bars]

        assert first[:7] == first[16:23]
        assert first[:8] != first[8:16]


def test_a_varied_return_keeps_most_of_the_theme_and_not_all() -> None:
    kept = bars_in_all = 0
    for seed in range(20):
        bars = compose(melody, contexts(seed=seed, density=0.6, bars=16, form="A A'", chords=("Am", "F")))
        same = [
            [note.onset for note in one] == [note.onset for note in other]
            for one, other in zip(bars[:7], bars[8:15], strict=True)
        ]
        kept, bars_in_all = kept + sum(same), bars_in_all + len(same)
    assert 0.5 < kept / bars_in_all < 1.0


def test_before_a_transition_the_line_lands_on_a_tone_of_the_chord() -> None:
    for seed in range(20):
        asked = contexts(seed=seed, leaving=(1,))
        last = compose(melody, asked)[1][-1]

        assert last.onset == 2
        assert last.duration == Fraction(3, 2)
        assert last.midi % 12 in asked[1].harmony.chords[-1][1].pitch_classes


def test_an_answer_lies_below_the_tune_and_speaks_after_it() -> None:
    for seed in range(10):
        asked = contexts(seed=seed, style="answer")
        for bar in compose(melody, asked):
            assert all(note.onset >= 2 for note in bar)


def test_phrases_breathe_at_their_end() -> None:
    for beats, unit in METERS[:7]:
        for seed in range(8):
            asked = contexts(beats=beats, unit=unit, density=0.9, phrase_bars=4, seed=seed, form="A")
            for context, bar in zip(asked[3::4], compose(melody, asked)[3::4], strict=True):
                sounding = sum(note.duration for note in bar)
                assert sounding <= context.beats - context.beat_unit / Fraction(8)


def test_one_voice() -> None:
    for bar in lines():
        for one, other in pairwise(bar):
            assert one.onset + one.duration <= other.onset
