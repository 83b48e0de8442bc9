from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from adaptive.composer.genres.mixing import swing_of
from adaptive.composer.swing import (
    EIGHTHS,
    JAZZ,
    SHORTEST_S,
    SIXTEENTHS,
    STRAIGHT,
    Swing,
    ratio_at,
    shift_quarters,
)


@pytest.mark.parametrize(
    ("tempo", "low", "high"), [(100, 2.0, 3.5), (160, 1.6, 2.8), (240, 1.2, 1.6), (300, 1.0, 1.2)]
)
def test_the_ratio_of_jazz_falls_with_the_tempo_as_that_of_drummers(
    tempo: float, low: float, high: float
) -> None:
    assert low <= ratio_at(JAZZ, 0.5, tempo) <= high


def test_the_ratio_never_rises_with_the_tempo_and_the_short_note_keeps_its_length() -> None:
    for amount in (0.25, 0.5, 1.0):
        ratios = [ratio_at(JAZZ, amount, tempo) for tempo in range(40, 400, 5)]
        assert ratios == sorted(ratios, reverse=True)
        for tempo, ratio in zip(range(40, 400, 5), ratios, strict=True):
            assert ratio == 1.0 or 60.0 / tempo / (1.0 + ratio) >= SHORTEST_S - 1e-9


@pytest.mark.parametrize("swing", [STRAIGHT, JAZZ, Swing(SIXTEENTHS, 1.4, 150.0)])
def test_no_swing_is_straight_and_more_is_never_less(swing: Swing) -> None:
    ratios = [ratio_at(swing, n / 10, 120.0) for n in range(11)]

    assert ratios[0] == 1.0
    assert ratios == sorted(ratios)
    assert ratios[-1] > 1.2


def test_the_second_eighth_moves_and_graces_move_with_it_in_order() -> None:
    places = [Fraction(n, 32) for n in range(33)]
    moved = [float(place) + shift_quarters(place, JAZZ, 2.0) for place in places]

    assert moved[16] == pytest.approx(2 / 3)
    assert moved[0] == 0.0
    assert moved[32] == 1.0
    assert all(one < other for one, other in itertools.pairwise(moved))


def test_a_written_triplet_stays() -> None:
    assert shift_quarters(Fraction(1, 3), JAZZ, 3.0) == shift_quarters(Fraction(2, 3), JAZZ, 3.0) == 0.0


def test_sixteenths_swing_within_the_eighth() -> None:
    swing = Swing(SIXTEENTHS, 2.0)

    assert shift_quarters(Fraction(1, 2), swing, 2.0) == 0.0
    assert shift_quarters(Fraction(1, 4), swing, 2.0) == pytest.approx(1 / 3 - 1 / 4)


def test_the_ensemble_swings_as_its_first_swinging_style() -> None:
    assert swing_of(("motif", "jazz", "hiphop")).pair == EIGHTHS
    assert swing_of(("hiphop",)).pair == SIXTEENTHS
    assert swing_of(("motif", "drive")) is STRAIGHT
