from __future__ import annotations

import numpy as np

from adaptive.instruments import kit_night as kit
from adaptive.instruments.synthesis import OfflineSynth

RATE = 48000


def synth() -> OfflineSynth:
    return OfflineSynth(RATE, np.random.default_rng(7))


def share_below(signal: np.ndarray, hz: float) -> float:
    """Share of a signal's power below a frequency."""
    mono = signal if signal.ndim == 1 else signal.mean(axis=0)
    power = np.abs(np.fft.rfft(mono)) ** 2
    return float(power[: round(hz * mono.size / RATE)].sum() / power.sum())


def test_a_softer_snare_has_less_of_its_wires() -> None:
    loud, soft = kit.snare(synth()), kit.snare(synth(), level=0.45)

    assert share_below(soft, 1000.0) > share_below(loud, 1000.0)


def test_a_lower_kick_ends_lower() -> None:
    low, high = kit.kick(synth(), end_hz=40.0), kit.kick(synth(), end_hz=80.0)

    assert share_below(low, 60.0) > share_below(high, 60.0)


def test_crash_and_swell_are_stereo_and_their_channels_differ() -> None:
    for sound in (kit.crash(synth()), kit.swell(synth())):
        assert sound.shape[0] == 2
        assert abs(np.corrcoef(sound)[0, 1]) < 0.5
