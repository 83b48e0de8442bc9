from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.masking import masked_layers

RATE = 48000


def band(low_hz: float, high_hz: float, level: float, seed: int) -> np.ndarray:
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(2 * RATE))
    hertz = np.fft.rfftfreq(2 * RATE, 1.0 / RATE)
    spectrum[(hertz < low_hz) | (hertz > high_hz)] = 0.0
    audio = np.fft.irfft(spectrum)
    return level * audio / audio.std()


def test_a_layer_under_a_louder_one_in_its_own_band_is_masked() -> None:
    found = list(
        masked_layers(
            {
                "pad": band(300.0, 800.0, 0.01, 1), "strings": band(250.0, 1000.0, 0.2, 2),
                "hat": band(6000.0, 12000.0, 0.05, 3),
            },
            RATE,
        )
    )  # fmt: skip

    assert [(one.layer, one.by) for one in found] == [("pad", "strings")]
    assert 250.0 < found[0].low_hz < found[0].high_hz < 1000.0
    assert found[0].share > 0.95


@pytest.mark.parametrize(
    "other", [band(3000.0, 6000.0, 0.2, 2), band(300.0, 800.0, 0.02, 2), np.zeros(2 * RATE)]
)
def test_layers_apart_in_frequency_or_near_in_level_are_heard(other: np.ndarray) -> None:
    assert list(masked_layers({"pad": band(300.0, 800.0, 0.01, 1), "other": other}, RATE)) == []


def test_nothing_is_masked_alone_or_silent() -> None:
    assert list(masked_layers({"pad": band(300.0, 800.0, 0.1, 1)}, RATE)) == []
    assert list(masked_layers({"a": np.zeros(RATE), "b": np.zeros(RATE)}, RATE)) == []
