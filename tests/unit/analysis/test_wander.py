from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.onsets import Onsets
from adaptive.analysis.wander import follow_beats


def played(periods_s: np.ndarray, every: int = 1) -> Onsets:
    """A strong onset on every beat, or on some of them, and a weak one between two beats."""
    beats = 0.4 + np.concatenate([[0.0], np.cumsum(periods_s)])
    times = np.concatenate([beats[::every], beats[:-1] + 0.5 * periods_s])
    strengths = np.concatenate([np.full(len(beats[::every]), 20.0), np.full(len(periods_s), 4.0)])
    order = np.argsort(times)
    return Onsets(times[order], strengths[order], np.zeros(0))


def test_beats_that_wander_are_followed() -> None:
    periods = 60.0 / 156.0 * (1.0 + 0.02 * np.sin(np.arange(79) / 9.0))
    wander = follow_beats(played(periods), 153.0)
    expected = 0.4 + np.concatenate([[0.0], np.cumsum(periods)])

    assert wander is not None
    assert not wander.is_even
    np.testing.assert_allclose(wander.beats_s, expected, atol=0.001)
    assert wander.fastest_bpm > wander.bpm > wander.slowest_bpm


@pytest.mark.parametrize("bpm", [90.0, 128.0])
def test_beats_on_a_grid_are_even(bpm: float) -> None:
    rng = np.random.default_rng(1)
    jitter = rng.normal(0.0, 0.008, 100)
    wander = follow_beats(played(np.full(100, 60.0 / bpm) + np.diff(jitter, prepend=0.0)), bpm)

    assert wander is not None
    assert wander.is_even
    assert wander.bpm == pytest.approx(bpm, rel=1e-3)


def test_without_struck_beats_nothing_is_said() -> None:
    rng = np.random.default_rng(2)
    times = np.sort(rng.uniform(0.0, 60.0, 60))

    assert follow_beats(Onsets(times, np.full(60, 5.0), np.zeros(0)), 140.0) is None
    assert follow_beats(played(np.full(8, 0.5)), 120.0) is None
