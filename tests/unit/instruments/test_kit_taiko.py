from __future__ import annotations

import numpy as np

from adaptive.instruments import kit_taiko as kit
from adaptive.instruments.kits import kit as finished_kit
from adaptive.instruments.synthesis import OfflineSynth

RATE = 48000


def synth() -> OfflineSynth:
    return OfflineSynth(RATE, np.random.default_rng(7))


def share_below(signal: np.ndarray, hz: float) -> float:
    """Share of a signal's power below a frequency."""
    mono = signal if signal.ndim == 1 else signal.mean(axis=0)
    power = np.abs(np.fft.rfft(mono)) ** 2
    return float(power[: round(hz * mono.size / RATE)].sum() / power.sum())


def test_a_soft_blow_is_darker() -> None:
    hits = finished_kit("kit_taiko")

    for piece in ("tom_low", "tom_mid", "tom_high"):
        assert share_below(hits[f"{piece}:soft"].audio, 400.0) > share_below(hits[piece].audio, 400.0)


def test_a_larger_drum_is_lower() -> None:
    large, small = kit.drum(synth(), lowest_hz=50.0), kit.drum(synth(), lowest_hz=86.0)

    assert share_below(large, 70.0) > share_below(small, 70.0)


def test_a_gong_is_stereo_and_rings_for_seconds() -> None:
    gong = kit.gong(synth())

    assert gong.shape == (2, round(3.2 * RATE))
    assert np.abs(gong[:, 2 * RATE : 3 * RATE]).max() > 0.01 * np.abs(gong).max()
