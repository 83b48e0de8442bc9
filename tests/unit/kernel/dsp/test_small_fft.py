from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.dsp.small_fft import transform, turns


@pytest.mark.parametrize("size", [2, 8, 128, 2048])
def test_it_is_the_transform_and_with_parts_exchanged_its_inverse(size: int) -> None:
    rng = np.random.default_rng(size)
    signal = rng.standard_normal(size) + 1j * rng.standard_normal(size)
    real, imaginary = signal.real.astype(np.float32), signal.imag.astype(np.float32)
    work, table = np.zeros(2 * size, np.float32), turns(size)
    at = [array.ctypes.data for array in (real, imaginary, work, table)]
    transform(*at, size)
    expected = np.fft.fft(signal)

    assert np.abs(real + 1j * imaginary - expected).max() < 1e-6 * size
    transform(at[1], at[0], *at[2:], size)
    assert np.abs((real + 1j * imaginary) / size - signal).max() < 1e-5
