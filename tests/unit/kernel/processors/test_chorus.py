from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import measure, signals
from tests.helpers.inserted import inserted

RATE = 48000


def twin(sound: np.ndarray, side: int, **values: float) -> np.ndarray:
    """The same in float64: delays along straight lines within 64 frames, cubics between samples."""
    v = {
        "rate_hz": 0.6, "depth_ms": 2.0, "delay_ms": 12.0, "feedback": 0.0, "spread": 1.0,
        "mix": 0.5, "voices": 2.0,
    } | values  # fmt: skip
    voices, ring, made = int(v["voices"]), np.zeros(len(sound) + 8192), np.zeros(len(sound))

    def late(quantum: int, voice: int) -> float:
        phase = quantum * 64 * v["rate_hz"] / RATE + voice / voices + side * 0.25 * v["spread"]
        return max((v["delay_ms"] + v["depth_ms"] * np.sin(2.0 * np.pi * phase)) * 48.0, 2.0)

    for n, value in enumerate(sound.astype(float)):
        quantum, frame, total = n // 64, n % 64, 0.0
        for voice in range(voices):
            first, last = late(max(quantum, 1), voice), late(quantum + 1, voice)
            place = 8192 + n - (first + (last - first) * frame / 64.0)
            at = int(np.floor(place))
            t, (a, b, c, d) = place - at, ring[at - 1 : at + 3]
            total += b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        total /= voices
        ring[8192 + n] = value + v["feedback"] * total
        made[n] = value + v["mix"] * (total - value)
    return made


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"voices": 4.0, "rate_hz": 5.0, "spread": 0.3, "mix": 1.0},
        {"voices": 1.0, "delay_ms": 1.0, "depth_ms": 0.9, "feedback": 0.7},
    ],
)
def test_it_is_its_twin(values: dict[str, float]) -> None:
    sound = signals.sine(700.0, 4800, 0.3) + signals.noise(4800, np.random.default_rng(1), 0.1)
    found = inserted("chorus", sound.astype(np.float32), **values)

    for side in (0, 1):
        assert np.abs(found[side] - twin(sound, side, **values)).max() < 3e-4


def test_a_tone_swings_by_the_speed_of_its_delay() -> None:
    """A delay that swings by 2 ms at 2 Hz is at most 2.5 % faster or slower."""
    sound = signals.sine(1000.0, 96000, 0.4)
    audio = inserted("chorus", sound, rate_hz=2.0, depth_ms=2.0, voices=1.0, mix=1.0)[0, 24000:]
    crossings = np.flatnonzero((audio[:-1] < 0.0) & (audio[1:] >= 0.0))
    exact = crossings - audio[crossings] / (audio[crossings + 1] - audio[crossings])
    hz = 48000.0 / np.diff(exact)

    assert hz.max() == pytest.approx(1000.0 * (1.0 + 2.0 * np.pi * 2.0 * 0.002), rel=0.002)
    assert measure.band_db(audio, 3000.0, 20000.0) < -70.0
