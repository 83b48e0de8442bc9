"""Laws of the beat grid."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.grid import Rhythm, pin, regress, strong_beats, tidy_bpm, whole_beats
from adaptive.analysis.onsets import Onsets


def test_whole_beats_are_whole_within_ten_milliseconds() -> None:
    assert [whole_beats(length_s, 120.0) for length_s in (4.0, 4.009, 4.011)] == [8, 8, 0]


def test_a_tempo_is_rounded_only_as_far_as_the_end_of_the_file_allows() -> None:
    assert [tidy_bpm(120.01, 1.0), tidy_bpm(120.01, 60.0)] == [120.0, 120.01]


def onsets_at(times_s: list[float], strengths: list[float] | None = None) -> Onsets:
    return Onsets(np.array(times_s), np.array(strengths or [10.0] * len(times_s)), np.zeros(0))


def test_a_grid_is_fitted_to_onsets_that_are_a_little_off() -> None:
    beats = 0.3 + 0.5 * np.arange(16)
    rhythm = regress(onsets_at([*(beats + 0.004 * (-1.0) ** np.arange(16))]), 119.5)

    assert pytest.approx(rhythm.bpm, abs=0.1) == 120.0
    assert pytest.approx(rhythm.beat_s % 0.5, abs=0.005) == 0.3


def test_a_known_length_gives_the_tempo_and_leaves_the_phase() -> None:
    onsets = onsets_at([0.1 + 0.5 * beat for beat in range(8)])
    rhythm = pin(onsets, Rhythm(119.0, 0.09, 0.3, 0.9), 8, 4.0)

    assert (rhythm.bpm, rhythm.error_bpm) == (120.0, 0.0)
    assert pytest.approx(rhythm.beat_s, abs=0.002) == 0.1


def test_weak_onsets_are_not_strong_beats() -> None:
    onsets = onsets_at([0.0, 0.5, 1.0, 1.5], [1.0, 10.0, 10.0, 10.0])

    assert strong_beats(onsets, Rhythm(120.0, 0.0, 0.0, 1.0)) == [1, 2, 3]
