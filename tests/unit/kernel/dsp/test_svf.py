from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp.svf import BELL, HIGH_CUT, SVF, aim_svf, filter_lanes, set_svf, shape_of
from adaptive.kernel.layout import LANES, QUANTUM

F32 = np.float32
RUN = np.full(LANES, -1, np.int32)


def filtered(state: np.ndarray, audio: np.ndarray, mask: np.ndarray = RUN, is_moving: int = 0) -> np.ndarray:
    block = aligned(np.float32, QUANTUM, LANES)
    block[:] = audio[:, None]
    filter_lanes(address(state), address(mask), address(block), is_moving)
    return block


def test_the_filter_is_that_of_its_paper() -> None:
    """A naive float64 twin of Simper's equations."""
    state = aligned(SVF, 1)
    for column in range(8):
        set_svf(state[0], column, shape_of(HIGH_CUT, F32(1000.0), F32(0.0), F32(0.7071), F32(48000.0)))
    audio = np.random.default_rng(3).standard_normal(QUANTUM).astype(np.float32)
    found = filtered(state, audio)
    g, damping, ic1, ic2 = np.tan(np.pi * 1000.0 / 48000.0), 1.0 / 0.7071, 0.0, 0.0
    a1 = 1.0 / (1.0 + g * (g + damping))
    expected = []
    for x in audio.astype(float):
        v3 = x - ic2
        v1 = a1 * ic1 + g * a1 * v3
        v2 = ic2 + g * a1 * ic1 + g * g * a1 * v3
        ic1, ic2 = 2.0 * v1 - ic1, 2.0 * v2 - ic2
        expected.append(v2)

    np.testing.assert_allclose(found[:, 5], expected, atol=1e-5)


def test_a_lane_that_does_not_run_keeps_its_state() -> None:
    state, mask = aligned(SVF, 1), RUN.copy()
    set_svf(state[0], 0, shape_of(HIGH_CUT, F32(1000.0), F32(0.0), F32(0.7071), F32(48000.0)))
    state[0]["low"][:2], mask[1] = 0.25, 0
    filtered(state, np.zeros(QUANTUM, np.float32), mask)

    assert state[0]["low"][1] == 0.25
    assert state[0]["low"][0] != 0.25


def test_coefficients_arrive_at_the_end_of_the_quantum() -> None:
    state = aligned(SVF, 1)
    set_svf(state[0], 2, shape_of(BELL, F32(200.0), F32(6.0), F32(2.0), F32(48000.0)))
    target = shape_of(BELL, F32(900.0), F32(-6.0), F32(2.0), F32(48000.0))
    aim_svf(state[0], 2, target, F32(1.0 / QUANTUM))
    filtered(state, np.zeros(QUANTUM, np.float32), is_moving=1)

    assert [state[0][name][4] for name in ("b1", "b2", "b3", "m0", "m1", "m2")] == pytest.approx(
        target, abs=1e-5
    )
