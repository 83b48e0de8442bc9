from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import signals
from tests.helpers.inserted import inserted

RATE = 48000


def twin(sound: np.ndarray, width: float, mono_below_hz: float) -> np.ndarray:
    """The same in float64: the difference passes two one-pole high-passes of impulse invariance."""
    middle, side = 0.5 * (sound[0] + sound[1]), 0.5 * (sound[0] - sound[1]).astype(float)
    share, cut = 1.0 - np.exp(-2.0 * np.pi * mono_below_hz / RATE), min(np.log2(mono_below_hz / 10.0), 1.0)
    for _ in range(2):
        low, made = 0.0, np.zeros(len(side))
        for n, value in enumerate(side):
            low += share * (value - low)
            made[n] = value - cut * low
        side = made
    return np.stack([middle + width * side, middle - width * side])


@pytest.mark.parametrize(("width", "hz"), [(1.0, 10.0), (0.0, 10.0), (2.0, 120.0), (0.6, 500.0), (1.5, 14.0)])
def test_it_is_its_twin(width: float, hz: float) -> None:
    rng = np.random.default_rng(4)
    sound = np.stack([signals.noise(4800, rng, 0.4), signals.noise(4800, rng, 0.4)])
    found = inserted("width", sound, width=width, mono_below_hz=hz)

    assert np.abs(found - twin(sound, width, hz)).max() < 2e-6


def test_the_bass_becomes_the_same_on_both_sides_and_the_rest_stays() -> None:
    def side_db(hz: float) -> float:
        sound = np.stack([signals.sine(hz, 48000, 0.4), -signals.sine(hz, 48000, 0.4)])
        return float(
            20.0 * np.log10(np.abs(inserted("width", sound, mono_below_hz=150.0)[0, 24000:]).max() / 0.4)
        )

    assert side_db(30.0) < -26.0
    assert side_db(150.0) == pytest.approx(-6.0, abs=0.2)
    assert side_db(3000.0) > -0.3
