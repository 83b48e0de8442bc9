"""The model of a head, by itself and beside a head that was measured."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.rig_spec import PlaceSpec, RigSpec
from tests.helpers import kemar
from tests.helpers.rigs import heard_from, rig_engine

RIG = RigSpec(mode="binaural")
RATE = 48000


def ears_of(azimuth_deg: float, **place: float) -> np.ndarray:
    """Impulse responses of both ears: shape (2, 1024)."""
    click = np.zeros((2, 1024), np.float32)
    click[:, 64] = 0.5
    engine = rig_engine(RIG, PlaceSpec(azimuth_deg=azimuth_deg, **place), 2)
    return 2.0 * heard_from(engine, click, 1024).T.astype(np.float64)


def delay_us(ears: np.ndarray) -> float:
    """How much later the left ear hears, in microseconds: the peak of the correlation below 1.5 kHz."""
    size, fine = 4096, 32
    left, right = np.fft.rfft(ears, size, axis=1)
    hz = np.fft.rfftfreq(size, 1.0 / RATE)
    correlation = np.fft.irfft(left * right.conj() / (1.0 + (hz / 1500.0) ** 8), size * fine)
    shift = int(np.argmax(np.roll(correlation, size * fine // 2))) - size * fine // 2
    return 1e6 * shift / (RATE * fine)


def difference_db(ears: np.ndarray) -> float:
    """Level of the right ear over the left, of pink noise from 100 Hz to 10 kHz."""
    hz = np.fft.rfftfreq(4096, 1.0 / RATE)
    pink = np.where((hz > 100.0) & (hz < 10000.0), 1.0 / np.maximum(hz, 1.0), 0.0)
    left, right = (np.abs(np.fft.rfft(ears, 4096, axis=1)) ** 2 * pink).sum(axis=1)
    return float(10.0 * np.log10(right / left))


def test_ahead_both_ears_hear_the_same_and_its_timbre_stays() -> None:
    left, right = ears_of(0.0)
    response = 20.0 * np.log10(np.abs(np.fft.rfft(left, 4096)))

    assert left == pytest.approx(right, abs=1e-6)
    assert np.abs(response[10:850]).max() < 0.3  # 120 Hz to 10 kHz: the cubic between samples


def test_what_is_on_the_right_reaches_the_left_ear_later_and_softer() -> None:
    right, left = ears_of(60.0), ears_of(-60.0)

    assert delay_us(right) == pytest.approx(529.0, abs=30.0)
    assert difference_db(right) > 8.0
    assert right == pytest.approx(left[::-1], abs=1e-5)


def test_what_is_overhead_or_in_the_head_is_in_the_middle() -> None:
    for ears in (ears_of(50.0, elevation_deg=90.0), ears_of(50.0, distance_m=0.0)):
        assert delay_us(ears) == pytest.approx(0.0, abs=2.0)
        assert difference_db(ears) == pytest.approx(0.0, abs=0.05)


def test_the_model_hears_the_horizon_as_a_measured_head_does() -> None:
    kemar.require_kemar()
    for azimuth in range(0, 181, 20):
        measured, model = kemar.response(azimuth), ears_of(azimuth)
        assert delay_us(model) == pytest.approx(delay_us(measured), abs=30.0), azimuth
        assert difference_db(model) == pytest.approx(difference_db(measured), abs=2.0), azimuth
