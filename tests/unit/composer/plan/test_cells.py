from __future__ import annotations

from fractions import Fraction

import pytest

from adaptive.composer.meter import meter
from adaptive.composer.plan import cells
from adaptive.composer.plan.cells import CellNote
from adaptive.composer.seeding import seeded
from tests.unit.composer.composing import METERS

IDEA = tuple(CellNote(*note) for note in ((meter(4, 4).step * 0, 1, 0), (1, 1, 1), (2, 2, -1)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_cells_lie_in_their_bar_and_never_overlap(beats: int, unit: int) -> None:
    for seed in range(30):
        idea = cells.cell(meter(beats, unit), seeded(seed), seed / 30, 0.5, figure=seed % 7 / 7)
        for note, after in zip(idea, [*idea[1:], None], strict=True):
            assert note.length > 0
            assert note.onset + note.length <= (beats if after is None else after.onset)


def test_more_activity_has_more_notes() -> None:
    counts = [
        sum(len(cells.cell(meter(4, 4), seeded(seed), activity, figure=0.5)) for seed in range(40))
        for activity in (0.1, 0.5, 0.9)
    ]

    assert counts[0] < counts[1] < counts[2]


def test_syncopation_moves_notes_before_the_beat() -> None:
    def offbeat(syncopation: float) -> int:
        rhythms = [
            cells.rhythm(meter(4, 4), seeded(seed), 0.3, syncopation, figure=0.5) for seed in range(60)
        ]
        return sum(onset.denominator == 2 and length >= 1 for notes in rhythms for onset, length in notes)

    assert offbeat(0.8) > 2 * offbeat(0.0)


def test_an_inversion_is_upside_down_and_a_sequence_a_step_higher() -> None:
    assert [note.height for note in cells.inverted(IDEA)] == [0, -1, 1]
    assert [note.height for note in cells.moved(IDEA, 1)] == [1, 2, 0]


def test_an_augmentation_is_the_head_at_half_speed() -> None:
    slow = cells.augmented(IDEA, meter(4, 4))

    assert [(note.onset, note.length) for note in slow] == [(0, 2), (2, 2)]


def test_a_fragment_is_the_head_twice() -> None:
    fragment = cells.fragmented(IDEA, meter(4, 4))

    assert [(note.onset, note.height) for note in fragment] == [(0, 0), (1, 1), (2, -1), (3, 0)]


def test_an_ornament_divides_the_longest_note_and_keeps_the_rest() -> None:
    turned = cells.ornamented(IDEA, meter(4, 4))

    assert turned[:2] == IDEA[:2]
    assert sum(note.length for note in turned) == 4
    assert [note.height for note in turned[2:]] == [-1, 0, -1]


def test_recast_lengths_fill_the_same_bar() -> None:
    for seed in range(20):
        idea = cells.cell(meter(4, 4), seeded(seed), 0.6, figure=0.5)
        other = cells.recast(idea, meter(4, 4))
        assert [note.height for note in other] == [note.height for note in idea]
        assert all(note.onset + note.length <= 4 for note in other)


def test_an_ornament_in_eighths_has_no_sixteenth() -> None:
    for seed in range(8):
        drawn = cells.cell(meter(4, 4), seeded(seed), 0.4, figure=0.3, in_eighths=True)
        turned = cells.ornamented(drawn, meter(4, 4), in_eighths=True)

        assert min(note.length for note in turned) >= Fraction(1, 2)
        assert turned[-1].onset + turned[-1].length == drawn[-1].onset + drawn[-1].length
