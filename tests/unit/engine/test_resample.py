from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.decode import decode
from adaptive.engine.resample import resample, resample_within, values_at, values_from
from tests.helpers import measure, signals

RATE = 48000


def write(path: Path, audio: np.ndarray, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, audio, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 88200, 96000, 192000])
def test_a_file_of_any_rate_keeps_its_length_pitch_and_level(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "a.wav", signals.sine(997.0, rate, 0.5, rate), rate)
    audio = resample(decode(path), RATE)
    frequencies, amplitudes = measure.spectrum(audio[0])

    assert audio.shape == (1, RATE)
    assert frequencies[amplitudes.argmax()] == pytest.approx(997.0, abs=1.0)
    assert measure.rms_db(audio[0, 4800:-4800]) == pytest.approx(-9.03, abs=0.05)


@pytest.mark.parametrize("rates", [(44100, 48000), (96000, 48000), (11025, 44100), (44101, 48000)])
def test_a_piece_is_resampled_as_if_it_were_cut_from_the_whole(rates: tuple[int, int]) -> None:
    rate, new_rate = rates
    tone = signals.sine(997.0, 3 * rate, 0.5, rate)[None] + np.float32(0.2)
    before, audio, after = tone[:, : rate - 100], tone[:, rate - 100 : 2 * rate], tone[:, 2 * rate :]
    made, begin = resample_within(before[:, -600:], audio, after[:, :600], rate, new_rate)
    seconds = np.arange(new_rate) / new_rate + (rate - 100) / rate
    expected = 0.5 * np.sin(2.0 * np.pi * 997.0 * seconds) + 0.2

    np.testing.assert_allclose(made[0, begin : begin + new_rate], expected, atol=1e-5)


def test_values_between_frames_are_those_of_the_wave() -> None:
    tone = signals.sine(997.0, 4800, 0.5)[None]
    places = np.linspace(100.0, 4700.0, 333)
    expected = 0.5 * np.sin(2.0 * np.pi * 997.0 / RATE * places)

    np.testing.assert_allclose(values_at(tone, places)[0], expected, atol=1e-5)
    np.testing.assert_array_equal(values_at(tone, np.array([7.0, 8.0]))[0], tone[0, 7:9])


@pytest.mark.parametrize("first", [-60.5, -3.25, 0.0, 100.3, 4790.7, 4900.1])
def test_values_in_a_row_are_those_at_each_position(rng: np.random.Generator, first: float) -> None:
    noise = np.stack([signals.noise(4800, rng, 0.5), signals.noise(4800, rng, 0.5)])
    expected = values_at(noise, first + np.arange(50.0))

    np.testing.assert_allclose(values_from(noise, first, 50), expected, atol=1e-6)
