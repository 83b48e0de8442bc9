from __future__ import annotations

import numpy as np

from adaptive.kernel.dsp import oversampling as o
from adaptive.kernel.layout import QUANTUM
from tests.helpers import signals


def through(sound: np.ndarray) -> np.ndarray:
    """A sound raised to eight times its rate and lowered again, quantum by quantum."""
    side = np.zeros(o.SIDE_FLOATS, np.float32)
    audio = sound.copy()
    for at in range(0, len(audio), QUANTUM):
        row = audio[at : at + QUANTUM]
        o.raise_rate(side.ctypes.data, row.ctypes.data)
        o.lower_rate(side.ctypes.data, row.ctypes.data)
    return audio


def test_up_and_down_is_a_delay_of_33_frames() -> None:
    answer = through(signals.impulse(512, 0, 1.0))
    spectrum = np.fft.rfft(np.roll(answer, -o.LATENCY_FRAMES))
    audible = spectrum[: int(18000 / 48000 * 512)]

    assert np.argmax(answer) == o.LATENCY_FRAMES
    assert np.abs(20.0 * np.log10(np.abs(audible))).max() < 0.1
    assert np.abs(np.angle(audible)).max() < 1e-3


def test_the_taps_at_even_places_are_symmetric_and_stop_what_would_fold() -> None:
    for taps, stop in zip(o.TAPS, (0.3125, 0.41, 0.45), strict=True):
        even = o.half_band(taps).astype(float)
        whole = np.zeros(2 * taps - 1)
        whole[::2], whole[taps - 1] = even, 0.5
        response = np.abs(np.fft.rfft(whole, 8192))

        np.testing.assert_allclose(even, even[::-1], atol=1e-8)
        assert 20.0 * np.log10(response[int(stop * 8192) :].max()) < -90.0
