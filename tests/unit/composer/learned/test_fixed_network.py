from __future__ import annotations

import numpy as np

from adaptive.composer.learned.fixed_network import FixedNetwork, quantised


def network(seed: int = 1) -> FixedNetwork:
    rng = np.random.default_rng(seed)
    shapes = ((40, 24), (24,), (24, 9), (9,))
    return FixedNetwork([quantised(rng.normal(0, 0.5, shape)) for shape in shapes])


def test_outputs_are_the_same_in_whatever_order_they_are_summed() -> None:
    made, rng = network(), np.random.default_rng(2)
    rows = rng.integers(0, 2, (64, 40)).astype(np.float64)
    alone = np.concatenate([made(row[None]) for row in rows])

    assert np.array_equal(made(rows), alone)
    assert np.array_equal(made(np.asfortranarray(rows)), alone)


def test_outputs_are_near_those_of_the_unrounded_network() -> None:
    rng = np.random.default_rng(3)
    weights = [rng.normal(0, 0.3, shape) for shape in ((40, 24), (24,), (24, 9), (9,))]
    rows = rng.integers(0, 2, (16, 40)).astype(np.float64)
    exact = np.maximum(rows @ weights[0] + weights[1], 0) @ weights[2] + weights[3]

    assert np.abs(FixedNetwork([quantised(w) for w in weights])(rows) - exact).max() < 0.1


def test_sums_of_parts_of_the_inputs_add_up_to_all_of_them() -> None:
    made, rows = network(), np.random.default_rng(4).integers(0, 2, (5, 40)).astype(np.float64)
    parts = made.sums(rows[:, :13], 0) + made.sums(rows[:, 13:], 13)

    assert np.array_equal(made.outputs_of(parts), made(rows))


def test_it_says_its_size() -> None:
    assert (network().inputs, network().outputs) == (40, 9)
