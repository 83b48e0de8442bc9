from __future__ import annotations

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp.compression import COMPRESSION, FLOOR, MOST_OCTAVES, gain_rows
from adaptive.kernel.layout import LANES, PAIRS, QUANTUM

OCTAVE_DB = 20.0 * np.log10(2.0)


def gains(key: np.ndarray, mask: list[int] | None = None, **fields: float) -> tuple[np.ndarray, np.ndarray]:
    """Gains of eight columns in a quantum, shape (64, 8), and the record afterwards."""
    state, follows = aligned(COMPRESSION, 1), aligned(np.int32, PAIRS)
    values = {"threshold": -2.0, "slope": 0.5, "knee": 0.001, "attack": 0.0, "release": 0.0} | fields
    for name, value in values.items():
        state[name] = value
    follows[:] = -1 if mask is None else mask
    heard, made = aligned(np.float32, LANES, QUANTUM), aligned(np.float32, PAIRS, QUANTUM)
    heard[:] = key if np.ndim(key) == 0 else np.asarray(key)[:, None]
    rows = np.array([address(heard) + 4 * QUANTUM * lane for lane in range(LANES)])
    gain_rows(*(np.int64(address(array)) for array in (state, follows, rows, made)))
    return made.T.copy(), state[0]


def reduction_db(level_db: float, **fields: float) -> float:
    return float(-20.0 * np.log10(gains(10.0 ** (level_db / 20.0), **fields)[0][-1, 0]))


def test_the_static_curve_is_straight_outside_its_knee_and_a_parabola_inside() -> None:
    knee_db = 2.0 * OCTAVE_DB
    threshold_db = -2.0 * OCTAVE_DB

    assert reduction_db(threshold_db - knee_db / 2.0, knee=2.0) == 0.0
    assert abs(reduction_db(threshold_db, knee=2.0) - 0.5 * knee_db / 8.0) < 0.001
    assert abs(reduction_db(threshold_db + knee_db, knee=2.0) - 0.5 * knee_db) < 0.001
    assert abs(reduction_db(0.0) - 0.5 * 2.0 * OCTAVE_DB) < 0.01


def test_both_sides_follow_the_louder_one_and_pairs_do_not_touch_each_other() -> None:
    key = np.full(LANES, FLOOR, np.float32)
    key[5] = -1.0
    made, _ = gains(key)

    assert made[0, 2] < 0.6
    assert np.array_equal(np.delete(made[0], 2), np.ones(7, np.float32))


def test_attack_and_release_leave_their_share_after_each_frame() -> None:
    falling, state = gains(1.0, attack=0.9)
    expected = 1.0 - 0.9 ** np.arange(1, QUANTUM + 1)

    np.testing.assert_allclose(-np.log2(falling[:, 0]), expected, atol=1e-5)
    released, _ = gains(FLOOR, held=1.0, reduction=1.0, release=0.95)
    np.testing.assert_allclose(-np.log2(released[:, 0]), 0.95 ** np.arange(1, QUANTUM + 1), atol=1e-5)
    assert np.isclose(state["reduction"][0], expected[-1], atol=1e-5)


def test_a_column_that_does_not_follow_keeps_its_state() -> None:
    mask = [-1, *[0] * 7]
    _, state = gains(1.0, mask=mask, held=0.25, reduction=0.25)

    assert state["reduction"][0] == 1.0
    assert state["reduction"][1] == state["held"][1] == 0.25


def test_parameters_move_along_straight_lines() -> None:
    made, _ = gains(1.0, threshold_step=2.0 / QUANTUM)

    np.testing.assert_allclose(-np.log2(made[:, 0]), 0.5 * (2.0 - np.arange(QUANTUM) / 32.0), atol=0.001)


def test_what_is_not_finite_reduces_nothing_or_a_bounded_amount() -> None:
    made, state = gains(np.where(np.arange(LANES) < 8, np.nan, np.inf).astype(np.float32), slope=1.0)

    assert np.array_equal(made[:, :4], np.ones((QUANTUM, 4), np.float32))
    assert np.isfinite(made).all()
    assert float(state["reduction"].max()) <= MOST_OCTAVES
