from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from adaptive.composer.pad import STYLES, pad
from adaptive.composer.plan.voicings import HIGH, LOW
from adaptive.music.voicing import has_parallels, movement
from tests.unit.composer.composing import Bar, compose, contexts

every_style = pytest.mark.parametrize("style", list(STYLES))


def chord_at(bar: Bar, onset: int) -> tuple[int, ...]:
    return tuple(sorted(note.midi for note in bar if note.onset == onset))


@every_style
def test_the_register_is_between_bass_and_melody(style: str) -> None:
    for bar in compose(pad, contexts(style=style, density=1.0, key="Eb major")):
        assert all(LOW <= note.midi <= HIGH for note in bar)


def test_voices_move_little_and_never_in_parallels() -> None:
    bars = compose(pad, contexts(style="sustain", chords=["Am", "F", "C", "G", "Dm", "E7"], bars=24))
    chords = [chord_at(bar, 0) for bar in bars]
    moves = [movement(one, other) for one, other in itertools.pairwise(chords)]

    assert max(moves) <= 16
    assert sum(moves) / len(moves) <= 6
    assert sum(has_parallels(a, b) for a, b in itertools.pairwise(chords)) == 0


def test_a_chord_that_stays_is_tied_over_the_bar_line() -> None:
    bars = compose(pad, contexts(style="sustain", chords=["Am", "Am", "F", "F"], phrase_bars=8))

    assert {Fraction(6)} == {note.duration for note in bars[0]}
    assert {Fraction(2)} == {note.onset for note in bars[1]}
    assert chord_at(bars[0], 0) == chord_at(bars[1], 2)
    assert {Fraction(0)} == {note.onset for note in bars[2]}


def test_a_tie_never_sounds_into_another_chord() -> None:
    asked = contexts(style="sustain", chords=["Am", "Am G", "G", "C"], phrase_bars=8)
    for context, bar in zip(asked, compose(pad, asked), strict=True):
        for note in bar:
            end = note.onset + note.duration
            if end > 4:
                assert note.midi % 12 in context.harmony.next_chord.pitch_classes
                assert end <= 6


def test_nothing_is_tied_out_of_a_section() -> None:
    asked = contexts(style="sustain", chords=["Am"], leaving=(2,), phrase_bars=8)

    assert all(note.onset + note.duration <= 4 for note in compose(pad, asked)[2])


@every_style
def test_at_every_moment_of_a_sustained_pad_there_is_a_chord(style: str) -> None:
    if style == "pulse":
        return
    sounding = set()
    for number, bar in enumerate(compose(pad, contexts(style=style, chords=["Am", "Am", "F"]))):
        for note in bar:
            first = 8 * number + int(note.onset * 2)
            sounding |= set(range(first, first + int(note.duration * 2)))

    assert set(range(8 * 8)) <= sounding


def test_a_swell_enters_from_below() -> None:
    bar = compose(pad, contexts(style="swell", chords=["Am", "F"]))[0]
    ordered = sorted(bar, key=lambda note: note.onset)

    assert [note.midi for note in ordered] == sorted(note.midi for note in bar)
    assert len({note.onset for note in bar}) == len(bar)


def test_density_is_the_number_of_voices_and_then_of_strokes() -> None:
    asked = [contexts(density=density, chords=["Am"]) for density in (0.01, 0.42, 0.76, 1.0)]

    assert [len(compose(pad, one)[0]) for one in asked][::3] == [2, 12]
    assert [len(compose(pad, one)[0]) for one in asked][1] == 3
    assert len(compose(pad, asked[2])[0]) in (6, 12)
