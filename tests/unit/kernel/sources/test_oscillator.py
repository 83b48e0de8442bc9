from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.kernel import layout as k
from adaptive.kernel.sources import oscillator
from adaptive.kernel.sources.synth_record import NOISE, PULSE, SAW, SINE, TRIANGLE
from adaptive.kernel.sources.synth_settings import OscillatorSpec, SynthSpec
from tests.helpers import measure
from tests.helpers.rendering import LEAD, engine_of, left_of

SILENT = OscillatorSpec(level=0.0)
OPEN_SINE = SynthSpec(
    0,
    oscillators=(OscillatorSpec(SINE), SILENT),
    cutoff_hz=20000.0,
    key_track=0.0,
    resonance=0.0,
    velocity_octaves=0.0,
    spread=0.0,
)


def play(instrument: SynthSpec, frames: int, commands: list[c.Command]) -> np.ndarray:
    return left_of(engine_of(instruments=(instrument,)), frames, commands)


def note(at: int, pitch: float = 60.0) -> c.Command:
    return c.play_note(LEAD + at, 0, pitch, 1.0, 0)


def test_a_phase_is_a_function_of_the_frame_and_stays_within_a_cycle() -> None:
    steps, frames = np.float32([0.001, 0.1234567, 0.49]), np.arange(k.QUANTUM, dtype=np.float32)
    phases = [[oscillator.phase_at(np.float32(0.75), s, f) for f in frames] for s in steps]
    exact = np.modf(0.75 + steps.astype(float)[:, None] * frames)[0]

    assert np.max(phases) < 1.0
    assert np.min(phases) >= 0.0
    np.testing.assert_allclose(phases, exact, atol=5e-6)


@pytest.mark.parametrize("pitch", [33.0, 57.0, 69.0, 81.0, 93.5])
@pytest.mark.parametrize("shape", [SAW, PULSE, TRIANGLE, SINE])
def test_every_oscillator_is_in_tune(shape: int, pitch: float) -> None:
    instrument = replace(OPEN_SINE, oscillators=(OscillatorSpec(shape), SILENT))
    audio = play(instrument, 48000, [note(0, pitch)])[4800:]
    frequencies, amplitudes = measure.spectrum(audio)
    hertz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)

    assert frequencies[amplitudes.argmax()] == pytest.approx(hertz, abs=1.2)


@pytest.mark.parametrize("shape", [SAW, PULSE])
def test_a_high_note_has_its_aliases_well_below_a_naive_one(shape: int) -> None:
    instrument = replace(OPEN_SINE, oscillators=(OscillatorSpec(shape), SILENT))
    pitch = 96.3
    hertz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    audio = play(instrument, 48000, [note(0, pitch)])[4800:]
    naive_phase = np.arange(audio.size) * hertz / 48000 % 1.0
    naive = 2.0 * naive_phase - 1.0 if shape == SAW else np.where(naive_phase < 0.5, 1.0, -1.0)

    def aliases_db(signal: np.ndarray) -> float:
        frequencies, amplitudes = measure.spectrum(signal)
        beside = np.abs(frequencies / hertz - np.round(frequencies / hertz)) * hertz > 40.0
        low = beside & (frequencies < 8000.0)
        return measure.to_db(float(np.sqrt(np.sum(amplitudes[low] ** 2))))

    assert aliases_db(audio) < aliases_db(naive) - 12.0


def test_noise_is_white_and_every_voice_has_its_own() -> None:
    instrument = replace(OPEN_SINE, oscillators=(OscillatorSpec(NOISE), SILENT))
    audio = play(instrument, 48000, [note(0)])[4800:]
    both = play(instrument, 48000, [note(0), note(0, 72.0)])[4800:]
    low, high = measure.band_db(audio, 1000, 3000), measure.band_db(audio, 7000, 9000)

    assert low == pytest.approx(high, abs=1.5)
    assert measure.rms_db(both) == pytest.approx(measure.rms_db(audio) + 3.0, abs=0.5)
