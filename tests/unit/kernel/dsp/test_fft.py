from __future__ import annotations

import math

import numpy as np
import pytest

from adaptive.kernel.dsp.fft import FFT_SIZE, FFT_WORK, fft_tables, turn
from benchmarks.stretch import compiled_fft


def transformed(signal: np.ndarray, *, in_place: bool = False) -> np.ndarray:
    re, im = (np.ascontiguousarray(part, np.float32) for part in (signal.real, signal.imag))
    out_re, out_im = (re, im) if in_place else (np.zeros_like(re), np.zeros_like(im))
    tables, work = fft_tables(), np.zeros(1, FFT_WORK)
    addresses = [array.ctypes.data for array in (re, im, out_re, out_im, tables, work)]
    compiled_fft().ctypes(*addresses)
    return out_re.astype(np.float64) + 1j * out_im


def noise() -> np.ndarray:
    random = np.random.default_rng(1)
    return random.normal(size=FFT_SIZE) + 1j * random.normal(size=FFT_SIZE)


@pytest.mark.parametrize("in_place", [False, True])
def test_a_transform_is_that_of_numpy_to_single_precision(in_place: bool) -> None:
    signal = noise()
    wanted = np.fft.fft(signal.astype(np.complex64).astype(np.complex128))
    error = np.abs(transformed(signal, in_place=in_place) - wanted)

    assert error.max() < 1e-6 * np.abs(wanted).max()


@pytest.mark.parametrize("place", [0, 1, 15, 16, 127, 128, 1025, 4095])
def test_a_single_sample_turns_once_for_each_bin(place: int) -> None:
    signal = np.zeros(FFT_SIZE, complex)
    signal[place] = 1.0
    bins = np.arange(FFT_SIZE)

    assert np.abs(transformed(signal) - np.exp(-2j * np.pi * bins * place / FFT_SIZE)).max() < 1e-6


def test_there_and_back_with_the_parts_exchanged_is_the_signal() -> None:
    signal = noise()
    spectrum = transformed(signal)
    back = transformed(spectrum.imag + 1j * spectrum.real)

    assert np.abs((back.imag + 1j * back.real) / FFT_SIZE - signal).max() < 1e-5


def test_a_turn_is_exact_to_double_precision() -> None:
    for size in (16, 128, 256, 2304, 4096):
        for n in range(size):
            re, im = turn(n, size)

            assert abs(re - math.cos(2 * math.pi * n / size)) < 3e-15
            assert abs(im + math.sin(2 * math.pi * n / size)) < 3e-15
