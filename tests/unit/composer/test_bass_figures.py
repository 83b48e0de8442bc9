from __future__ import annotations

from fractions import Fraction

from adaptive.composer.bass import bass
from adaptive.composer.bass_span import HIGH
from adaptive.composer.plan.bass_line import LOW
from tests.unit.composer.composing import compose, contexts
from tools import pieces


def bars(style: str, density: float = 0.6) -> list[list[tuple[Fraction, int]]]:
    written = compose(bass, contexts(style=style, density=density, chords=["Am", "F", "C", "G"]))
    return [[(note.onset, note.midi) for note in bar] for bar in written]


def test_two_feel_plays_root_and_fifth_on_one_and_three() -> None:
    first = bars("two_feel", 0.4)[0]

    assert [onset for onset, _ in first] == [0, 2]
    assert (first[1][1] - first[0][1]) % 12 == 7


def test_sixteenths_begin_on_the_one_and_play_between_the_eighths() -> None:
    for bar in bars("sixteenths"):
        assert bar[0][0] == 0
    assert any(onset.denominator == 4 for bar in bars("sixteenths") for onset, _ in bar)


def test_offbeats_lie_between_the_pulses_after_the_root() -> None:
    for bar in bars("offbeat"):
        assert bar[0][0] == 0
        assert all(onset % 1 != 0 for onset, _ in bar[1:])


def test_a_sub_bass_has_few_long_notes() -> None:
    assert all(1 <= len(bar) <= 4 for bar in bars("sub", 0.5))


def test_behind_a_solo_the_bass_walks_by_other_ways_between_the_same_roots() -> None:
    _, written = pieces.compose(pieces.ENSEMBLES["jazz"], 2, 48)
    walks = [
        [(note.onset, note.midi) for note in bar["bass"] if note.onset.denominator == 1] for bar in written
    ]
    theme, solo = walks[0:8], walks[32:40]

    assert [walk[0] for walk in theme] == [walk[0] for walk in solo]
    assert 2 <= sum(one != other for one, other in zip(theme, solo, strict=True)) <= 7
    assert all(LOW - 1 <= midi <= HIGH for walk in solo for _, midi in walk)
