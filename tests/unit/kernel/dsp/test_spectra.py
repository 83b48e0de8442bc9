from __future__ import annotations

import numpy as np

from adaptive.kernel.dsp.fft import FFT_SIZE
from adaptive.kernel.dsp.spectra import SPECTRUM, compare_spectra, measure_energies, turn_bins
from tests.helpers.compiled import as_c

BINS = slice(1, FFT_SIZE // 2)


def energies(energy: int, re: int, im: int) -> None:
    measure_energies(energy, re, im)


def comparison(re: int, im: int, a: int, b: int, c: int, d: int, e: int, f: int) -> None:
    compare_spectra(re, im, a, b, c, d, e, f)


def turned(re: int, im: int, a: int, b: int, c: int, d: int) -> None:
    turn_bins(re, im, a, b, c, d)


class Spectrum:
    """A random spectrum of left + i right, as two float32 arrays."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.left, self.right = np.fft.fft(random.normal(size=(2, FFT_SIZE)))
        both = np.pad(self.left + 1j * self.right, (0, SPECTRUM - FFT_SIZE))
        self.re, self.im = both.real.astype(np.float32), both.imag.astype(np.float32)
        self.at = self.re.ctypes.data, self.im.ctypes.data


def turns() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    unit = np.exp(1j * np.random.default_rng(9).uniform(0, 7, FFT_SIZE // 2 + 16))
    return unit, unit.real.astype(np.float32), unit.imag.astype(np.float32)


def test_the_energy_of_a_bin_is_that_of_both_channels() -> None:
    spectrum = Spectrum(1)
    energy = np.zeros(FFT_SIZE // 2, np.float32)
    as_c(energies)(energy.ctypes.data, *spectrum.at)
    wanted = 2 * (np.abs(spectrum.left) ** 2 + np.abs(spectrum.right) ** 2)[: FFT_SIZE // 2]

    assert np.allclose(energy[BINS], wanted[BINS], rtol=1e-4)


def test_a_comparison_is_summed_over_both_channels() -> None:
    last, early = Spectrum(1), Spectrum(2)
    unit, x, y = turns()
    re, im = np.zeros((2, FFT_SIZE // 2), np.float32)
    as_c(comparison)(re.ctypes.data, im.ctypes.data, x.ctypes.data, y.ctypes.data, *last.at, *early.at)
    half = FFT_SIZE // 2
    wanted = last.left * early.left.conj() + last.right * early.right.conj()
    wanted = 2 * unit[:half] * wanted[:half]

    assert np.abs((re + 1j * im - wanted)[BINS]).max() < 1e-5 * np.abs(wanted).max()


def test_a_turn_turns_both_channels_alike() -> None:
    spectrum = Spectrum(3)
    unit, x, y = turns()
    unit[0], x[0], y[0] = 1.0, 1.0, 0.0
    re, im = np.zeros((2, SPECTRUM), np.float32)
    as_c(turned)(re.ctypes.data, im.ctypes.data, x.ctypes.data, y.ctypes.data, *spectrum.at)
    half = FFT_SIZE // 2
    re[half], im[half] = spectrum.re[half], spectrum.im[half]
    both = np.fft.ifft((re + 1j * im)[:FFT_SIZE])
    full = np.concatenate([unit[:half], [1.0], unit[1:half][::-1].conj()])
    left, right = np.fft.ifft(spectrum.left * full).real, np.fft.ifft(spectrum.right * full).real

    assert np.abs(both.real - left).max() < 1e-4
    assert np.abs(both.imag - right).max() < 1e-4
