from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.spec import BusSpec, InsertSpec
from tests.helpers import measure, signals
from tests.helpers.ffmpeg import filtered, needs_ffmpeg
from tests.helpers.rendering import LEAD, add, engine_of, left_of

FRAMES = 16384


def response(values: dict[str, float], rate: int = 48000) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies, and level in dB."""
    engine = engine_of(sample_rate=rate, buses=(BusSpec("a", inserts=(InsertSpec("eq", "it", values),)),))
    audio = left_of(engine, FRAMES, [c.start_clip(LEAD, 0, add(engine, signals.impulse(64, 0, 0.5)), 0)])
    return np.fft.rfftfreq(FRAMES, 1.0 / rate), 20.0 * np.log10(2.0 * np.abs(np.fft.rfft(audio)))


def level_at(values: dict[str, float], hz: float) -> float:
    frequencies, levels = response(values)
    return float(levels[np.argmin(np.abs(frequencies - hz))])


@pytest.mark.parametrize(
    ("values", "hz", "expected_db"),
    [
        ({"low_mid_hz": 1000.0, "low_mid_db": 12.0, "low_mid_q": 2.0}, 1000.0, 12.0),
        ({"low_mid_hz": 1000.0, "low_mid_db": 12.0, "low_mid_q": 2.0}, 8000.0, 0.0),
        ({"high_mid_hz": 3000.0, "high_mid_db": -18.0, "high_mid_q": 8.0}, 3000.0, -18.0),
        ({"low_hz": 200.0, "low_db": 6.0}, 20.0, 6.0),
        ({"low_hz": 200.0, "low_db": 6.0}, 200.0, 3.0),
        ({"high_hz": 5000.0, "high_db": -9.0}, 20000.0, -9.0),
        ({"high_hz": 5000.0, "high_db": -9.0}, 5000.0, -4.5),
        ({"low_cut_hz": 200.0}, 200.0, -3.01),
        ({"low_cut_hz": 200.0}, 50.0, -24.1),
        ({"high_cut_hz": 3000.0}, 3000.0, -3.01),
    ],
)
def test_a_band_has_its_level_where_it_should(
    values: dict[str, float], hz: float, expected_db: float
) -> None:
    assert level_at(values, hz) == pytest.approx(expected_db, abs=0.2)


def test_bells_are_those_of_the_cookbook() -> None:
    """R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients", peaking EQ."""
    hz, level_db, q = 1000.0, 9.0, 1.5
    frequencies, levels = response({"low_mid_hz": hz, "low_mid_db": level_db, "low_mid_q": q})
    root, w0 = 10.0 ** (level_db / 40.0), 2.0 * np.pi * hz / 48000.0
    alpha = np.sin(w0) / (2.0 * q)
    z = np.exp(-2j * np.pi * frequencies / 48000.0)
    above = (1 + alpha * root) - 2 * np.cos(w0) * z + (1 - alpha * root) * z**2
    below = (1 + alpha / root) - 2 * np.cos(w0) * z + (1 - alpha / root) * z**2

    np.testing.assert_allclose(levels, 20.0 * np.log10(np.abs(above / below)), atol=0.02)


@needs_ffmpeg
def test_all_six_filters_are_those_of_ffmpeg() -> None:
    """Cuts, shelves and bells one behind the other, within 0.1 dB from 30 Hz to 20 kHz."""
    values = {
        "low_cut_hz": 80.0, "low_hz": 150.0, "low_db": 6.0, "low_mid_hz": 500.0, "low_mid_db": -9.0,
        "low_mid_q": 2.0, "high_mid_hz": 3000.0, "high_mid_db": 5.0, "high_mid_q": 0.8, "high_hz": 7000.0,
        "high_db": -6.0, "high_cut_hz": 15000.0,
    }  # fmt: skip
    chain = (
        "highpass=f=80:t=q:w=0.70711,lowshelf=f=150:t=q:w=0.70711:g=6,equalizer=f=500:t=q:w=2:g=-9,"
        "equalizer=f=3000:t=q:w=0.8:g=5,highshelf=f=7000:t=q:w=0.70711:g=-6,lowpass=f=15000:t=q:w=0.70711"
    )
    frequencies, levels = response(values)
    heard = (frequencies > 30.0) & (frequencies < 20000.0)
    foreign = 20.0 * np.log10(2.0 * np.abs(np.fft.rfft(filtered(signals.impulse(FRAMES, 0, 0.5), chain))))

    assert np.abs(levels - foreign)[heard].max() < 0.1


def test_a_flat_equaliser_changes_no_sample() -> None:
    sound = signals.noise(4800, np.random.default_rng(2), 0.5)
    heard = []
    for inserts in ((), (InsertSpec("eq", "it"),)):
        engine = engine_of(buses=(BusSpec("a", inserts=inserts),))
        heard.append(left_of(engine, 4800, [c.start_clip(LEAD, 0, add(engine, sound), 0)]))

    np.testing.assert_array_equal(heard[0], heard[1])


@pytest.mark.parametrize("up", [True, False])
def test_a_narrow_bell_that_sweeps_five_octaves_does_not_click(up: bool) -> None:
    first, last = ({"low_mid_hz": hz, "low_mid_db": 18.0, "low_mid_q": 8.0} for hz in (200.0, 8000.0))
    if not up:
        first, last = last, first
    engine = engine_of(buses=(BusSpec("a", inserts=(InsertSpec("eq", "it", first),)),))
    start = c.start_clip(LEAD, 0, add(engine, signals.sine(100.0, 96000, 0.5)), 0)
    before = left_of(engine, 24064, [start])
    engine.memory.inserts.set_values(0, InsertSpec("eq", "it", last))
    audio = np.concatenate([before, left_of(engine, 24064)])

    for at in range(9600, len(audio) - 2400, 1200):
        assert measure.band_db(audio[at : at + 2400] * np.hanning(2400), 2000.0, 24000.0) < -60.0
