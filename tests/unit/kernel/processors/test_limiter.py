from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import measure, signals
from tests.helpers.inserted import inserted

LATE = 96 + 8


def true_peak_db(audio: np.ndarray) -> float:
    """By a Fourier transform, sixteen times as many samples; the ends are faded."""
    faded = audio * np.clip(np.minimum(np.arange(len(audio)), np.arange(len(audio))[::-1]) / 400.0, 0.0, 1.0)
    spectrum = np.fft.rfft(faded)
    fine = np.fft.irfft(np.pad(spectrum, (0, 15 * (len(audio) // 2))), 16 * len(audio)) * 16.0
    return measure.peak_db(fine)


@pytest.mark.parametrize("look_ahead_ms", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("gain_db", [0.0, 18.0])
def test_no_peak_between_samples_exceeds_the_ceiling(look_ahead_ms: float, gain_db: float) -> None:
    rng = np.random.default_rng(8)
    spectrum = np.fft.rfft(signals.noise(24000, rng, 0.9))
    spectrum[9000:] = 0.0  # nothing above 18 kHz, as in music
    music = np.fft.irfft(spectrum) * np.repeat([1.0, 0.05, 0.8, 0.3], 6000)
    audio = inserted("limiter", music.astype(np.float32), gain_db=gain_db, look_ahead_ms=look_ahead_ms)[0]

    assert true_peak_db(audio) < -1.0 + 0.2
    assert measure.peak_db(audio) > -2.5


def test_a_quarter_rate_sine_is_seen_between_its_samples() -> None:
    """Samples at 45°: 3 dB below the true peak (EBU Tech 3341, case 15)."""
    sound = (0.99 * np.sin(0.5 * np.pi * np.arange(24000) + 0.25 * np.pi)).astype(np.float32)
    audio = inserted("limiter", sound, ceiling_db=-1.0)[0, 4800:19200]

    assert true_peak_db(audio) == pytest.approx(-1.0, abs=0.2)


def test_what_is_below_the_ceiling_is_only_late() -> None:
    sound = signals.noise(9600, np.random.default_rng(3), 0.3)
    audio = inserted("limiter", sound)[0]

    np.testing.assert_allclose(audio[LATE:], sound[:-LATE], atol=1e-7)


def test_a_reduction_is_let_go_in_its_time() -> None:
    sound = np.concatenate([np.full(4800, 0.9), np.full(14400, 0.1)]).astype(np.float32)
    audio = inserted("limiter", sound, ceiling_db=-12.0, release_ms=100.0)[0]
    gain = audio[4800 + LATE :] / 0.1

    assert gain[0] < 0.3
    assert 1.0 - gain[5800] == pytest.approx((1.0 - gain[1000]) * np.exp(-1.0), rel=0.01)
