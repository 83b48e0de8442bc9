from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import signals
from tests.helpers.inserted import inserted


def twin(sound: np.ndarray, bits: float, rate_hz: float, mix: float) -> np.ndarray:
    step = 2.0 ** (1.0 - bits)
    phase, held, made = 1.0, 0.0, np.zeros(len(sound))
    for n, value in enumerate(sound.astype(float)):
        if phase >= 1.0:
            phase -= 1.0
            held = np.floor(value / step + 0.5) * step
        phase += min(rate_hz / 48000.0, 1.0)
        made[n] = value + mix * (held - value)
    return made


@pytest.mark.parametrize(
    ("bits", "rate_hz", "mix"),
    [(8.0, 48000.0, 1.0), (3.0, 12000.0, 1.0), (12.0, 3000.0, 0.5), (1.0, 375.0, 1.0)],
)
def test_it_is_its_twin(bits: float, rate_hz: float, mix: float) -> None:
    """At rates that divide 48 kHz, where the phase is exact in single precision."""
    sound = signals.noise(4800, np.random.default_rng(3), 0.7)

    found = inserted("bit_crusher", sound, bits=bits, rate_hz=rate_hz, mix=mix)[0]
    np.testing.assert_allclose(found, twin(sound, bits, rate_hz, mix), atol=1e-6)


def test_it_takes_as_many_samples_as_it_says() -> None:
    audio = inserted(
        "bit_crusher", signals.noise(48000, np.random.default_rng(3), 0.7), bits=16.0, rate_hz=7000.0
    )

    assert abs(np.count_nonzero(np.diff(audio[0])) - 7000) < 20
