from __future__ import annotations

import numpy as np
import pytest

from adaptive.instruments.synthesis import OfflineSynth, finished, mixed, saturated

RATE = 48000


@pytest.fixture
def synth() -> OfflineSynth:
    return OfflineSynth(RATE, np.random.default_rng(1))


def level_db(signal: np.ndarray, hz: float) -> float:
    """Level of one frequency of a signal one second long."""
    return float(20.0 * np.log10(np.abs(np.fft.rfft(signal))[round(hz)] / (signal.size / 2)))


def test_a_decay_falls_by_sixty_decibels_in_its_time(synth: OfflineSynth) -> None:
    decay = synth.decay(1.0, 0.5)

    assert decay[RATE // 2] / decay[0] == pytest.approx(1e-3, rel=1e-6)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_a_butterworth_filter_is_three_decibels_down_at_its_cutoff(synth: OfflineSynth, order: int) -> None:
    sine = np.sin(2.0 * np.pi * 1000.0 * synth.time(1.0))
    low, high = synth.low_pass(sine, 1000.0, order), synth.high_pass(sine, 1000.0, order)

    assert level_db(low, 1000.0) == pytest.approx(-3.01, abs=0.1)
    assert level_db(high, 1000.0) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_a_filter_falls_by_six_decibels_an_octave_and_order(synth: OfflineSynth, order: int) -> None:
    sine = np.sin(2.0 * np.pi * 8000.0 * synth.time(1.0))
    beyond = np.sin(2.0 * np.pi * 16000.0 * synth.time(1.0))
    fall = level_db(synth.low_pass(sine, 500.0, order), 8000.0) - level_db(
        synth.low_pass(beyond, 500.0, order), 16000.0
    )

    assert fall == pytest.approx(6.02 * order, abs=0.3)


def test_a_filter_does_not_sound_before_its_input(synth: OfflineSynth) -> None:
    impulse = np.zeros(4800)
    impulse[2400] = 1.0

    assert np.abs(synth.low_pass(impulse, 1000.0)[:2390]).max() < 1e-3


def test_reverb_adds_a_decaying_tail_in_two_channels_and_keeps_the_dry_signal(synth: OfflineSynth) -> None:
    impulse = np.zeros(480)
    impulse[0] = 1.0
    wet = synth.reverb(impulse, 0.3, 0.5, 5000.0)

    assert wet.shape[0] == 2
    assert wet.shape[1] > 480 + 0.3 * RATE
    assert not np.array_equal(wet[0], wet[1])
    assert np.square(wet[0, 1:4800]).sum() > 10.0 * np.square(wet[0, 9600:14400]).sum()


def test_a_finished_sound_has_its_peak_no_offset_and_ends_in_silence(synth: OfflineSynth) -> None:
    audio = finished(synth, synth.noise(0.5) * synth.decay(0.5, 0.2) + 0.1, peak_db=-6.0)

    assert audio.dtype == np.float32
    assert audio.shape[0] == 2
    assert 20.0 * np.log10(np.abs(audio).max()) == pytest.approx(-6.0, abs=0.01)
    assert np.abs(audio[:, -1]).max() < 1e-4


def test_saturation_normalises_the_peak_and_mixing_keeps_the_longest() -> None:
    assert np.abs(saturated(np.array([0.1, -0.4]), 2.0)).max() == pytest.approx(1.0)
    assert mixed(np.ones(2), np.ones(3)).tolist() == [2.0, 2.0, 1.0]
