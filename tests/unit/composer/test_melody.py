from __future__ import annotations

from collections import Counter
from itertools import pairwise

from adaptive.composer.melody import melody
from adaptive.music.pitch import Pitch
from tests.unit.composer.composing import METERS, Bar, compose, contexts

PROGRESSIONS = [(), ("Am", "F", "C", "G"), ("Am7", "Dm", "G7", "Cmaj7")]


def steps(bar: Bar) -> list[int]:
    return [Pitch.parse(note.pitch).step for note in bar]


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

    assert moves[1] / total > 0.6
    assert moves[0] / total < 0.1
    assert sum(count for size, count in moves.items() if size > 4) / total < 0.02


def test_leaps_are_answered_by_a_move_back() -> None:
    leaps = answered = 0
    for bar in lines():
        moves = [b - a for a, b in pairwise(steps(bar))]
        for one, other in pairwise(moves):
            leaps += abs(one) > 2
            answered += abs(one) > 2 and one * other < 0 and abs(other) <= 2

    assert answered / leaps > 0.85


def test_heavy_notes_are_of_the_chord() -> None:
    for seed in range(20):
        asked = contexts(seed=seed, density=0.6)
        for context, bar in zip(asked, compose(melody, asked), strict=True):
            for note in bar:
                if note.onset in (0, 2):
                    chord = [c for start, c in context.harmony.chords if start <= note.onset][-1]
                    assert note.midi % 12 in chord.pitch_classes


def test_the_motif_returns_exactly_where_its_chord_does() -> None:
    for seed in range(10):
        bars = compose(melody, contexts(seed=seed, density=0.6, bars=16))
        first = [[(note.onset, note.pitch) for note in bars[bar]] for bar in (0, 4, 8, 12)]

        assert first[0] == first[1] == first[2] == first[3]


def test_the_second_bar_is_the_first_on_another_chord() -> None:
    same = 0
    for seed in range(20):
        one, other = compose(melody, contexts(seed=seed, density=0.6, chords=("Am", "F")))[:2]
        same += [note.onset for note in one] == [note.onset for note in other]

    assert same == 20


def test_phrases_breathe_at_their_end() -> None:
    for beats, unit in METERS[:7]:
        asked = contexts(beats=beats, unit=unit, density=0.9, phrase_bars=4)
        for bar in compose(melody, asked)[3::4]:
            assert max(note.onset + note.duration for note in bar) < beats


def test_a_phrase_rises_and_comes_back() -> None:
    higher = 0
    for seed in range(30):
        bars = compose(melody, contexts(seed=seed, density=0.6, chords=("C",), key="C major"))
        middles = [sum(steps(bar)) / len(bar) for bar in bars[:4]]
        higher += max(middles[1:3]) > max(middles[0], middles[3]) - 0.01

    assert higher >= 20


def test_one_voice() -> None:
    for bar in lines():
        for one, other in pairwise(bar):
            assert one.onset + one.duration <= other.onset
