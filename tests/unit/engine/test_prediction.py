"""Linear prediction: tones go on, noise falls silent, nothing grows."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.prediction import bridged, continuation
from tests.helpers import signals


@pytest.mark.parametrize("hz", [55.0, 440.0, 2500.0, 9000.0])
@pytest.mark.parametrize("count", [1, 5, 72])
def test_a_tone_goes_on(hz: float, count: int) -> None:
    tone = 0.5 * np.cos(2.0 * np.pi * hz / 48000 * np.arange(3000) + 1.0)

    np.testing.assert_allclose(continuation(tone[:2000], count), tone[2000 : 2000 + count], atol=3e-4)


def test_what_lies_between_two_pieces_of_a_tone_is_found() -> None:
    tone = 0.5 * np.cos(2.0 * np.pi * 440.0 / 48000 * np.arange(5000) + 1.0)

    np.testing.assert_allclose(bridged(tone[:2000], tone[2072:], 72), tone[2000:2072], atol=3e-5)


def test_noise_is_never_predicted_louder_than_it_is(rng: np.random.Generator) -> None:
    noise = signals.noise(3000, rng, 0.5)

    assert np.abs(continuation(noise, 500)).max() < 0.5


@pytest.mark.parametrize("frames", [0, 1, 2, 3, 10])
def test_silence_and_hardly_any_past_are_continued_by_something_finite(frames: int) -> None:
    assert np.isfinite(continuation(np.ones(frames), 20)).all()
    assert not continuation(np.zeros(frames), 20).any()
