from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from adaptive.kernel.processors.modulated_reverb_delays import CHARACTERS
from tests.helpers import measure, signals
from tests.helpers.inserted import inserted

RATE = 48000
FLAT = {
    "bass_decay": 1.0,
    "treble_decay": 1.0,
    "predelay_ms": 0.0,
    "low_cut_hz": 10.0,
    "high_cut_hz": 20000.0,
}
NUMBER = {name: float(number) for number, name in enumerate(CHARACTERS)}


def answer(seconds: float = 2.5, **values: float) -> np.ndarray:
    """The response to an impulse: shape (2, frames)."""
    impulse = signals.impulse(round(seconds * RATE), 0, 0.9)
    return inserted("modulated_reverb", impulse, **FLAT | values).astype(float)


def late_spectrum(audio: np.ndarray, decay_s: float = 2.4) -> tuple[float, float]:
    """From 1 to 2.5 s, 300 to 3,500 Hz: spread of levels in dB, and the strongest above its surroundings."""
    piece = audio[RATE : RATE * 5 // 2]
    piece = piece * 10.0 ** (3.0 * np.arange(len(piece)) / RATE / decay_s)
    power = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))[450:5250] ** 2
    around = np.convolve(power, np.ones(401) / 401.0, mode="same")
    above = 10.0 * np.log10(power / around)[300:-300]
    return float(above.std()), float(above.max())


def noise_control() -> tuple[float, float]:
    made = []
    for seed in range(4):
        noise = np.random.default_rng(seed).standard_normal(RATE * 5 // 2)
        made.append(late_spectrum(noise * 10.0 ** (-3.0 * np.arange(noise.size) / RATE / 2.4)))
    spread, strongest = np.mean(made, axis=0)
    return float(spread), float(strongest)


def echo_density_ms(audio: np.ndarray) -> float:
    """Time after its beginning when it is 90 % as dense as noise (Abel & Huang 2006), in windows of 20 ms."""
    begun = audio[int(np.argmax(np.abs(audio) > 1e-6)) :]
    reach = 480
    window = np.hanning(2 * reach + 1) / np.hanning(2 * reach + 1).sum()
    for at in range(reach, 9600, 48):
        piece = begun[at - reach : at + reach + 1]
        outside = np.abs(piece) > np.sqrt(np.sum(window * piece**2))
        if np.sum(window * outside) / math.erfc(math.sqrt(0.5)) >= 0.9:
            return at / 48.0
    return math.inf


@pytest.mark.parametrize("character", ["hall", "room", "plate"])
def test_late_on_it_is_like_noise_and_soon_dense(character: str) -> None:
    heard = answer(character=NUMBER[character])[0]
    (spread, strongest), (of_noise, peak_of_noise) = late_spectrum(heard), noise_control()

    assert spread - of_noise < 0.5
    assert strongest - peak_of_noise < 6.0
    assert echo_density_ms(heard) <= 60.0


@pytest.mark.parametrize("character", list(CHARACTERS))
@pytest.mark.parametrize("decay_s", [0.8, 2.4])
def test_it_decays_in_its_time(character: str, decay_s: float) -> None:
    heard = answer(character=NUMBER[character], decay_s=decay_s)[0]

    assert measure.decay_s(heard) == pytest.approx(decay_s, rel=0.05)


def test_three_bands_decay_each_in_their_time() -> None:
    heard = answer(bass_decay=1.6, treble_decay=0.4, decay_s=1.2, bass_hz=200.0, treble_hz=5000.0)[0]

    def of_band(low: float, high: float) -> float:
        return measure.decay_s(sosfilt(butter(3, [low, high], "band", fs=RATE, output="sos"), heard))

    assert of_band(40.0, 90.0) == pytest.approx(1.2 * 1.6, rel=0.1)
    assert of_band(800.0, 1300.0) == pytest.approx(1.2, rel=0.05)
    assert of_band(12000.0, 18000.0) < 1.2 * 0.6


def test_both_sides_differ_and_an_input_on_one_is_heard_on_both() -> None:
    left, right = answer()
    apart = np.corrcoef(left[9600:], right[9600:])[0, 1]
    one = np.stack([signals.impulse(RATE, 0, 0.9), np.zeros(RATE, np.float32)])
    sides = inserted("modulated_reverb", one, **FLAT)

    assert abs(apart) < 0.1
    assert measure.rms_db(sides[1]) == pytest.approx(measure.rms_db(sides[0]), abs=3.0)


def test_its_level_is_somewhat_below_that_of_the_input() -> None:
    sound = signals.noise(4 * RATE, np.random.default_rng(1), 0.2)
    heard = inserted("modulated_reverb", sound)[0, 2 * RATE :]

    assert measure.rms_db(heard) == pytest.approx(measure.rms_db(sound) - 7.0, abs=2.0)


def test_the_longest_stays_stable_under_noise() -> None:
    sound = signals.noise(4 * RATE, np.random.default_rng(1), 0.9)
    sound[2 * RATE :] = 0.0
    heard = inserted("modulated_reverb", sound, decay_s=60.0, bass_decay=2.0, treble_decay=1.0, motion=3.0)[0]
    first, second = (measure.rms_db(heard[at : at + RATE // 2]) for at in (2 * RATE, 3 * RATE + RATE // 2))

    assert np.isfinite(heard).all()
    assert second < first


def test_in_a_spring_highs_arrive_later_than_lows() -> None:
    """The first echo at 4.5 kHz against that at 1 kHz: the chain's group delays differ by 5.1 ms."""
    heard = answer(0.5, character=NUMBER["spring"], early_db=-80.0)[0]
    arrivals = []
    for low, high in ((850.0, 1150.0), (4350.0, 4650.0)):
        level = sosfilt(butter(2, (low, high), "band", fs=RATE, output="sos"), heard) ** 2
        arrivals.append(int(np.argmax(np.cumsum(level[:4800]) > 0.1 * level[:4800].sum())) * 1000.0 / RATE)

    assert 3.0 < arrivals[1] - arrivals[0] < 9.0
