from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.composer.line import MAX_DEVIATION, TargetNote, fit, is_consonant, nearest_consonance, pitch_at
from adaptive.music.chord import Chord
from adaptive.music.scale import Key
from tests.helpers.amounts import amount

KEY, CHORD = Key.parse("A minor"), Chord.parse("F")
LOW, HIGH = 28, 42

contours = st.lists(st.integers(LOW, HIGH), min_size=1, max_size=8)


def line_of(positions: list[int], chord: Chord = CHORD, *, strong: bool = False) -> list[int]:
    targets = [TargetNote(position, chord, strong) for position in positions]
    return [pitch.step for pitch in fit(targets, KEY, LOW, HIGH, None)]


@settings(deadline=None, max_examples=amount(20, 40))
@given(contours)
def test_a_line_stays_in_range_and_near_its_contour(contour: list[int]) -> None:
    line = line_of(contour)

    assert all(LOW <= step <= HIGH for step in line)
    assert all(abs(step - target) <= MAX_DEVIATION for step, target in zip(line, contour, strict=True))


def test_a_singable_contour_of_chord_tones_is_left_alone() -> None:
    assert line_of([31, 33, 35, 33, 31]) == [31, 33, 35, 33, 31]


@pytest.mark.parametrize("position", range(29, 42))
def test_a_strong_note_is_moved_to_a_tone_of_the_chord(position: int) -> None:
    (step,) = line_of([position], strong=True)

    assert is_consonant(step, CHORD)


def test_leaps_wider_than_the_contour_allows_are_not_added() -> None:
    line = line_of([30, 31, 32, 33, 34, 35])

    assert max(abs(b - a) for a, b in pairwise(line)) <= 2


def test_an_accidental_comes_from_the_chord_before_the_key() -> None:
    assert str(pitch_at(32, Chord.parse("E"), KEY)) == "G#4"
    assert str(pitch_at(32, Chord.parse("Am"), KEY)) == "G4"


def test_of_two_equally_near_chord_tones_the_upper_is_the_nearest() -> None:
    assert nearest_consonance(32, CHORD) == 33
