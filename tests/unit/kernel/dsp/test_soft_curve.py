from __future__ import annotations

import numba
import numpy as np

from adaptive.kernel.dsp.soft_curve import bend_off_middle, bend_rows
from adaptive.kernel.layout import QUANTUM


@numba.njit
def straight(address: int, rows: int, drive: float, step: float) -> None:
    bend_rows(address, rows, drive, step)


@numba.njit
def shifted(address: int, rows: int, drive: float, step: float, bias: float, bias_step: float) -> None:
    bend_off_middle(address, rows, drive, step, bias, bias_step)


def test_the_curve_is_a_hyperbolic_tangent_of_a_moving_drive_and_bias() -> None:
    xs = np.linspace(-20.0, 20.0, 4 * QUANTUM, dtype=np.float32)
    drive = 1.0 + 0.01 * np.arange(xs.size)
    bias = 0.5 - 0.001 * np.arange(xs.size)
    plain, off = xs.copy(), xs.copy()
    numbers = [np.float32(number) for number in (1.0, 0.01, 0.5, -0.001)]
    straight(plain.ctypes.data, 4, *numbers[:2])
    shifted(off.ctypes.data, 4, *numbers)

    exact = xs.astype(float) * drive
    # the products of float32 are rounded before the curve, whose slope is at most 1
    assert np.abs(plain - np.tanh(exact)).max() < 1e-6
    assert np.abs(off - (np.tanh(exact + bias) - np.tanh(bias))).max() < 2e-6
