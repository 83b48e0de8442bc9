from __future__ import annotations

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ, band_powers
from tests.helpers.signals import sine


def test_a_sine_is_in_its_band_and_a_short_sound_is_one_window() -> None:
    powers = band_powers(sine(1000.0, 48000), 48000)

    assert abs(CENTRES_HZ[powers.mean(axis=0).argmax()] - 1000.0) < 1.0
    assert powers.mean(axis=0).max() > 0.99 * powers.mean(axis=0).sum()
    assert band_powers(np.zeros(10), 48000).shape == (1, len(CENTRES_HZ))
