from __future__ import annotations

import numpy as np

from adaptive.instruments import kit_room as kit
from adaptive.instruments.synthesis import OfflineSynth


def test_a_soft_snare_has_less_of_its_wires() -> None:
    def brightness(level: float) -> float:
        sound = kit.snare(OfflineSynth(48000, np.random.default_rng(3)), level)[0]
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float(power[power.size // 8 :].sum() / power.sum())

    assert brightness(0.4) < brightness(1.0)
