from __future__ import annotations

import numpy as np

from adaptive.composer.learned.pattern_features import INPUTS, STROKE_INPUTS, Wanted, condition, syncopation


def onsets(text: str) -> np.ndarray:
    return np.array([letter == "x" for letter in text], np.uint8)


def test_syncopation_counts_strokes_before_stronger_silences() -> None:
    assert syncopation(onsets("x...x...x...x...")) == 0.0
    assert syncopation(onsets("x.............x.")) == 0.0  # the bar line after it is struck
    assert syncopation(onsets("x.....x.........")) == 2.0  # an eighth before the middle
    assert syncopation(onsets("x..x............")) == 3.0
    assert syncopation(onsets("................")) == 0.0


def test_a_condition_says_what_is_asked_and_that_it_is() -> None:
    nothing = condition(Wanted(), 5)
    asked = condition(Wanted(2, 12.0, 4.0, 0.25, is_fill=True, is_first=True), 5)

    assert len(nothing) == INPUTS - STROKE_INPUTS - 16
    assert np.flatnonzero(nothing).tolist() == [1]  # second bar of four
    assert asked[-6:].tolist() == [1.0, 0.5, 1.0, 1.0, 1.0, 0.25]
    assert asked[4] == asked[5] == asked[6 + 2] == 1.0
