from __future__ import annotations

import numpy as np
import pytest
from numba import carray, types

from adaptive.kernel.compile.jit import pointer
from adaptive.kernel.dsp.interpolate import BEFORE, ROWS, TAPS, interpolated, sinc_table
from tests.helpers.compiled import as_c


def write(out: int, data: int, row: int, part: float) -> None:
    carray(pointer(out), np.int64(1), np.float32)[0] = interpolated(data, row, part)


def between(data: np.ndarray, fraction: float) -> float:
    """The sample at `fraction` behind sample `BEFORE`."""
    table, out = sinc_table(), np.zeros(1, np.float32)
    number, part = divmod(fraction * ROWS, 1.0)
    row = table.ctypes.data + 4 * TAPS * int(number)
    kinds = [types.int64] * 3 + [types.float32]
    as_c(write, *kinds)(out.ctypes.data, data.ctypes.data, row, part)
    return float(out[0])


@pytest.mark.parametrize("fraction", [0.0, 0.1234, 0.5, 0.777])
@pytest.mark.parametrize("hertz", [100.0, 1000.0, 12000.0])
def test_a_tone_between_two_samples_is_exact_to_80_db(fraction: float, hertz: float) -> None:
    turns = 2 * np.pi * hertz / 48000
    data = np.cos(turns * (np.arange(TAPS) - BEFORE) + 0.3).astype(np.float32)

    assert abs(between(data, fraction) - np.cos(turns * fraction + 0.3)) < 1e-4


def test_a_whole_position_is_the_sample_itself() -> None:
    data = np.random.default_rng(1).normal(size=TAPS).astype(np.float32)

    assert between(data, 0.0) == data[BEFORE]
