from __future__ import annotations

import numpy as np

from adaptive.composer.learned.harmony_features import (
    CONDITIONS,
    PhrasePlace,
    inputs,
    later_inputs,
    place_inputs,
)


def test_the_chords_after_a_chord_are_told_one_by_one() -> None:
    rows = later_inputs(np.array([[2, 0, 4], [1, 1, 1]]), 4)

    assert rows.shape[1] + CONDITIONS == inputs(4)
    assert (rows[:1] == later_inputs(np.array([[2, 0]]), 4)).all()
    assert rows.nonzero()[1].tolist() == [2, 5, 14, 1, 6, 11]  # none is the number after the last


def test_a_place_is_told_as_classes_and_far_ones_share_the_last() -> None:
    far, farther = (place_inputs(PhrasePlace(to, 9, "half", 5, 9, is_minor=True)) for to in (8, 30))

    assert (far == farther).all()
    assert far.sum() == 6.0
    assert place_inputs(PhrasePlace(1, 0, "authentic", 0, 0, is_minor=False)).sum() == 5.0
