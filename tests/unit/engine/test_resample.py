from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.decode import decode
from adaptive.engine.resample import resample
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
