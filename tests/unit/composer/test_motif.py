from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from adaptive.composer.meter import Meter
from adaptive.composer.motif import closed, fragmented, head, inverted, motif, moved, recast
from tests.unit.composer.composing import METERS


@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_a_motif_fills_its_bar_whatever_the_meter(beats: int, unit: int) -> None:
    meter = Meter(beats, unit)
    for seed in range(20):
        cell = motif(meter, seed, 0)

        assert meter.length == sum(note.length for note in cell)
        assert 0 == cell[0].onset == cell[0].height


def test_a_varied_motif_keeps_what_its_variation_does_not_change() -> None:
    cell = motif(Meter(4, 4), 3, 0)

    assert cell == inverted(inverted(cell))
    assert [note.height for note in cell] == [note.height for note in recast(cell)]
    assert sum(note.length for note in cell) == sum(note.length for note in recast(cell))
    assert all(note.onset + note.length <= 2 for note in head(cell, Fraction(2)))
    twice = fragmented(cell, Fraction(2), Fraction(4))
    half = len(twice) // 2
    assert [t.height + 1 for t in twice[:half]] == [t.height for t in twice[half:]]
    assert Fraction(3) == closed(cell, Fraction(2), Fraction(3))[-1].onset + 1


def test_the_same_seed_and_salt_give_the_same_motif_and_others_differ() -> None:
    cells = {motif(Meter(4, 4), seed, salt) for seed in range(8) for salt in (1, 2)}

    assert motif(Meter(4, 4), 5, 1) == motif(Meter(4, 4), 5, 1)
    assert len(cells) > 8


def test_a_motif_has_at_most_one_leap_in_most_seeds() -> None:
    def leaps(seed: int) -> int:
        heights = [note.height for note in motif(Meter(4, 4), seed, 0)]
        return sum(abs(b - a) > 1 for a, b in pairwise(heights))

    assert sum(leaps(seed) <= 1 for seed in range(40)) >= 36


def test_a_moved_motif_is_later_and_higher_by_what_was_asked() -> None:
    cell = motif(Meter(4, 4), 3, 0)

    assert [(n.onset + 2, n.height - 1) for n in cell] == [
        (n.onset, n.height) for n in moved(cell, Fraction(2), -1)
    ]
