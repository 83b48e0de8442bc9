from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.dsp import dispersion as d
from adaptive.kernel.layout import LANES, QUANTUM


def chained(sound: np.ndarray, stretch: int) -> np.ndarray:
    """A sound of two rows behind sixteen all-passes, quantum by quantum: shape (2, frames)."""
    states = np.zeros((2, d.chain_floats(stretch)), np.float32)
    at, out = 0, sound.astype(np.float32)
    for first in range(0, out.shape[1], QUANTUM):
        rows = np.array([out[side, first:].ctypes.data for side in range(2)])
        places = np.array([states[side].ctypes.data for side in range(2)])
        at = d.disperse(rows.ctypes.data, places.ctypes.data, at, stretch)
    return out


@pytest.mark.parametrize("stretch", [1, 4, 7])
def test_it_is_sixteen_all_passes_one_behind_the_other(stretch: int) -> None:
    """The response of a chain is that of one all-pass to the power of sixteen, sixteen frames late."""
    impulse = np.zeros((2, 4096))
    impulse[0, 0], impulse[1, 3] = 1.0, 0.5
    left, right = chained(impulse, stretch)
    turn = np.exp(-2j * np.pi * np.arange(2049) / 4096.0)
    late = turn**stretch
    exact = ((d.COEFFICIENT + late) / (1.0 + d.COEFFICIENT * late)) ** LANES * turn ** (LANES - 1)

    assert np.abs(np.fft.rfft(left) - exact).max() < 1e-4
    assert np.abs(np.fft.rfft(right) - 0.5 * turn**3 * exact).max() < 1e-4


def test_the_delay_is_longest_at_six_kilohertz_at_every_rate() -> None:
    assert [d.stretch_of(rate) for rate in (8000, 44100, 48000, 96000)] == [1, 4, 4, 8]
