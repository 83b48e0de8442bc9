from __future__ import annotations

import numpy as np

from adaptive.instruments import kit_light as kit
from adaptive.instruments.synthesis import OfflineSynth

RATE = 48000


def synth() -> OfflineSynth:
    return OfflineSynth(RATE, np.random.default_rng(7))


def share_below(signal: np.ndarray, hz: float) -> float:
    """Share of a signal's power below a frequency."""
    mono = signal if signal.ndim == 1 else signal.mean(axis=0)
    power = np.abs(np.fft.rfft(mono)) ** 2
    return float(power[: round(hz * mono.size / RATE)].sum() / power.sum())


def test_a_shaker_lasts_as_long_as_asked_and_has_no_bass() -> None:
    sounds = [kit.shaker(synth(), length_s) for length_s in (0.085, 0.125)]

    assert [sound.size for sound in sounds] == [round(0.085 * RATE), round(0.125 * RATE)]
    assert all(share_below(sound, 1000.0) < 0.01 for sound in sounds)


def test_the_second_woodblock_is_higher() -> None:
    low, high = kit.woodblock(synth()), kit.woodblock(synth(), lowest_hz=1010.0)

    assert share_below(low, 910.0) > share_below(high, 910.0)


def test_a_hand_drum_sounds_at_its_lowest_mode() -> None:
    drum = kit.hand(synth(), lowest_hz=147.0).mean(axis=0)
    power = np.abs(np.fft.rfft(drum, RATE)) ** 2

    assert 140 <= int(np.argmax(power)) <= 155
