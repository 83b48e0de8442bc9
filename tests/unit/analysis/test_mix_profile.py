from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.mix_profile import LEAST_DB, layer_profile, lufs_of_bands, profile_of, smoothed
from tests.helpers.signals import noise, sine

RATE = 48000


def test_loudness_width_and_brightness_of_known_sounds(rng: np.random.Generator) -> None:
    tone = sine(1000.0, 5 * RATE, 0.1)
    alike = profile_of([np.stack([tone, tone], axis=1)], RATE)
    left = profile_of([np.stack([tone, 0.0 * tone], axis=1)], RATE)
    hiss = profile_of([np.stack([noise(RATE, rng)] * 2, axis=1)], RATE)

    assert alike.side_mid_db == LEAST_DB
    assert left.side_mid_db == pytest.approx(0.0, abs=0.01)
    assert alike.lufs == pytest.approx(-20.0, abs=0.1)  # 0.997 kHz at 0 dBFS on both sides is 0 LUFS
    assert left.lufs == pytest.approx(alike.lufs - 3.01, abs=0.05)
    assert alike.above_2k_db < -60.0
    assert hiss.above_2k_db == pytest.approx(-0.5, abs=0.3)
    both = [lufs_of_bands(one.mid, one.side) for one in (alike, left)]
    assert both[0] - both[1] == pytest.approx(3.01, abs=0.05)


def test_silence_is_measured_and_not_loud() -> None:
    found = layer_profile(np.zeros((2 * RATE, 2), np.float32), RATE)

    assert found.whole.lufs is None
    assert (len(found.envelope_db), found.spread_lu) == (0, 0.0)
    assert np.isfinite(found.whole.bands_db).all()


def test_a_level_that_jumps_from_phrase_to_phrase_is_seen() -> None:
    tone = np.stack([sine(300.0, 16 * RATE, 0.2)] * 2, axis=1)
    steps = np.repeat([1.0, 0.25], 4 * RATE)[:, None]
    jumping = tone * np.tile(steps, (2, 1)).astype(np.float32)

    assert layer_profile(tone, RATE).spread_lu < 0.1
    assert layer_profile(jumping, RATE).spread_lu == pytest.approx(12.0, abs=0.5)


def test_smoothing_keeps_a_level_spectrum_level() -> None:
    assert smoothed(np.ones(26)) == pytest.approx(np.ones(26))
