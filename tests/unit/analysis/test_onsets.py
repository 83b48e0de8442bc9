"""Laws of the onset finder: every onset is found, at its time."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.onsets import find_onsets, merge
from adaptive.analysis.samples import ANALYSIS_RATE_HZ
from tests.unit.analysis.analysis_signals import clicks, pad


def nearest_errors_s(found_s: np.ndarray, true_s: np.ndarray) -> np.ndarray:
    return np.array([found_s[np.abs(found_s - time_s).argmin()] - time_s for time_s in true_s])


@pytest.mark.parametrize("noise", [0.0, 0.003, 0.02])
def test_a_click_is_found_to_a_millisecond(noise: float) -> None:
    onsets = find_onsets(clicks(120, 16, first_beat_s=0.1234, noise=noise))

    errors_s = nearest_errors_s(onsets.times_s, 0.1234 + 0.5 * np.arange(16))

    assert np.abs(errors_s).max() < 0.001


def test_without_noise_there_are_as_many_onsets_as_clicks() -> None:
    assert len(find_onsets(clicks(120, 16, first_beat_s=0.1)).times_s) == 16


def test_a_click_on_the_first_sample_is_an_onset_at_zero() -> None:
    assert pytest.approx(find_onsets(clicks(120, 16)).times_s[0], abs=0.001) == 0.0


def test_a_loop_that_was_cut_while_it_sounded_has_no_onset_at_its_ends() -> None:
    time_s = np.arange(2 * ANALYSIS_RATE_HZ) / ANALYSIS_RATE_HZ
    # A whole number of periods: the join is smooth, only the cut is not.
    ringing = np.sin(2.0 * np.pi * 440.0 * time_s).astype(np.float32)

    assert len(find_onsets(ringing).times_s) == 0


def test_a_pad_has_only_weak_onsets() -> None:
    strengths = find_onsets(pad(12.0, fades=True)).strengths

    assert strengths.max(initial=0.0) < 3.0


def test_silence_has_no_onsets() -> None:
    assert len(find_onsets(np.zeros(44_100, dtype=np.float32)).times_s) == 0


def test_loudness_changes_no_time() -> None:
    loop = clicks(120, 8, first_beat_s=0.05)

    np.testing.assert_allclose(find_onsets(loop).times_s, find_onsets(0.01 * loop).times_s)


def test_merged_onsets_are_in_order_and_envelopes_are_added() -> None:
    first, second = find_onsets(clicks(120, 8)), find_onsets(clicks(90, 8))

    both = merge([first, second])

    assert sorted([*first.times_s, *second.times_s]) == list(both.times_s)
    assert first.envelope[50] + second.envelope[50] == both.envelope[50]
