from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.transpose import transposed
from adaptive.kernel.layout import QUANTUM
from benchmarks.stretch import Harness

RATE = 48000


def tone(hertz: float, seconds: float = 3.0) -> np.ndarray:
    sound = 0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    return np.array([sound, sound], np.float32)


def heard_hertz(signal: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), 4 * len(signal)))
    k = int(np.argmax(spectrum))
    a, b, c = np.log(spectrum[k - 1 : k + 2])
    return float((k + 0.5 * (a - c) / (a - 2 * b + c)) * RATE / (4 * len(signal)))


@pytest.mark.parametrize("semitones", [-5.0, 0.5, 3.0, 12.0])
@pytest.mark.parametrize("ratio", [0.85, 1.0, 1.2])
def test_pitch_and_tempo_are_independent(semitones: float, ratio: float) -> None:
    made = transposed(tone(440.0), semitones, loop_frames=3 * RATE)
    harness = Harness(made.audio, loop_frames=made.loop_frames)
    rates = np.full(3 * RATE // QUANTUM, made.scale / ratio)
    heard = heard_hertz(harness.render(rates)[0][RATE // 2 :])

    assert abs(1200 * np.log2(heard / (440.0 * 2 ** (semitones / 12)))) < 2.0


def test_a_loop_keeps_its_beats() -> None:
    made = transposed(tone(440.0, 2.0), 7.0, origin=4800, loop_frames=RATE)

    assert made.loop_frames == round(RATE / 2 ** (7 / 12))
    assert made.scale == made.loop_frames / RATE
    assert abs(made.origin - 4800 * made.scale) <= 0.5
    assert abs(made.audio.shape[1] - 2 * RATE * made.scale) <= 1


def test_no_semitones_are_the_sound_itself() -> None:
    audio = tone(440.0, 0.1)

    assert transposed(audio, 0.0).audio is audio


@pytest.mark.parametrize("semitones", [25.0, -100.0, float("nan"), float("inf")])
def test_too_many_semitones_are_refused(semitones: float) -> None:
    with pytest.raises(ValueError, match="at most 24 semitones"):
        transposed(tone(440.0, 0.1), semitones)


@pytest.mark.parametrize("frames", [1, 10, 100])
def test_a_tiny_sound_is_transposed(frames: int) -> None:
    made = transposed(tone(440.0)[:, :frames], -7.0, loop_frames=frames)

    assert made.loop_frames >= frames
    assert np.isfinite(made.audio).all()
