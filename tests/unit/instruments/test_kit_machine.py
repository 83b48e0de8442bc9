from __future__ import annotations

import numpy as np

from adaptive.instruments import kit_machine as kit
from adaptive.instruments.synthesis import OfflineSynth


def test_a_clap_is_several_bursts() -> None:
    synth = OfflineSynth(48000, np.random.default_rng(3))
    sound = np.abs(kit.clap(synth))
    first = sound[: round(0.008 * 48000)].max()

    assert sound.size == round(0.35 * 48000)
    assert first > 0.1 * sound.max()
