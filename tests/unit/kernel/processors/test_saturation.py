from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import signals
from tests.helpers.inserted import inserted

RATE, FRAMES, LATE = 48000, 48000, 33


def harmonics_db(drive_db: float, bias: float, amplitude: float, count: int = 6) -> np.ndarray:
    """Levels of the first harmonics of the curve alone, in float64, by a discrete Fourier series."""
    drive = 10.0 ** (drive_db / 20.0)
    x = amplitude * np.sin(2.0 * np.pi * np.arange(4096) / 4096.0)
    curve = (np.tanh(drive * x + bias) - np.tanh(bias)) / np.sqrt(drive)
    return 20.0 * np.log10(np.maximum(2.0 * np.abs(np.fft.rfft(curve))[1 : count + 1] / 4096.0, 1e-7))


@pytest.mark.parametrize(("drive_db", "bias"), [(0.0, 0.0), (12.0, 0.0), (24.0, 0.0), (12.0, 0.5)])
def test_its_harmonics_are_those_of_the_curve(drive_db: float, bias: float) -> None:
    sound = signals.sine(500.0, FRAMES, 0.5)
    audio = inserted("saturation", sound, drive_db=drive_db, bias=bias)[0, 24000:]
    levels = 20.0 * np.log10(2.0 * np.abs(np.fft.rfft(audio))[250::250][:6] / 24000.0 + 1e-9)
    expected = harmonics_db(drive_db, bias, 0.5)
    loud = expected > -80.0

    assert np.abs(levels - expected)[loud].max() < 0.1


@pytest.mark.parametrize("drive_db", [6.0, 18.0, 30.0])
def test_nothing_folds_back_in_disharmony(drive_db: float) -> None:
    """A sine at 5 kHz and -6 dBFS: harmonics fold to multiples of 1 kHz; 15 kHz is one of its own."""
    audio = inserted("saturation", signals.sine(5000.0, FRAMES, 0.5), drive_db=drive_db)[0, 24000:]
    levels = 20.0 * np.log10(2.0 * np.abs(np.fft.rfft(audio * np.hanning(24000) * 2.0)) / 24000.0 + 1e-9)
    levels = levels[: 16000 // 2]
    for own in (5000, 10000, 15000):
        levels[own // 2 - 4 : own // 2 + 4] = -200.0

    assert levels.max() < -70.0


def test_the_dry_share_is_in_time() -> None:
    """Quiet sounds pass the curve straight: what is mixed with them does not comb."""
    sound = signals.noise(9600, np.random.default_rng(2), 0.002)
    audio = inserted("saturation", sound, drive_db=0.0, mix=0.5)[0]
    spectrum = np.abs(np.fft.rfft(audio[LATE : 8192 + LATE])) / np.abs(np.fft.rfft(sound[:8192]))
    heard = 20.0 * np.log10(spectrum[200 : int(17000 / 48000 * 8192)])

    assert abs(np.median(heard)) < 0.05
    assert np.percentile(np.abs(heard), 95) < 0.3
