from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.dsp import levels

F32 = np.float32


def test_the_logarithm_keeps_its_stated_error() -> None:
    xs = np.exp2(np.linspace(-100.0, 100.0, 4001)).astype(F32)
    found = np.array([levels.log2(x) for x in xs])

    assert (
        np.abs(found - np.log2(xs.astype(float))).max() < 1e-5
    )  # 3e-6, and the last bit of numbers up to 100
    assert levels.log2(F32(8.0)) == 3.0


@pytest.mark.parametrize("rate", [8000.0, 48000.0])
def test_a_share_of_1_over_e_is_left_after_the_time(rate: float) -> None:
    kept = float(levels.kept_share(F32(20.0), F32(rate)))

    assert kept ** (0.02 * rate) == pytest.approx(np.exp(-1.0), rel=1e-3)
    assert levels.kept_share(F32(0.0), F32(rate)) == 0.0
