"""The laws of picking: rounds, `avoid_last`, weights, seeds."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.conductor.variation_picker import PickState, VariationPicker
from tests.helpers.amounts import amount


def test_the_same_seed_picks_the_same_order_and_another_seed_another() -> None:
    def order(seed: int) -> list[int]:
        picker, state, picked = VariationPicker("songs", (1.0,) * 5, "shuffle", 1, seed), PickState(), []
        for _ in range(20):
            item, state = picker.pick(state)
            picked.append(item)
        return picked

    assert order(1) == order(1)
    assert order(1) != order(2)


@settings(deadline=None, max_examples=amount(50, 200))
@given(st.integers(2, 7), st.integers(0, 6), st.integers(0, 2**31), st.sampled_from(["random", "shuffle"]))
def test_no_item_is_picked_again_within_the_last_n_picks(
    size: int, avoid: int, seed: int, order: str
) -> None:
    picker, state, picked = VariationPicker("d", (1.0,) * size, order, avoid, seed), PickState(), []
    for _ in range(5 * size):
        item, state = picker.pick(state)
        picked.append(item)

    kept = min(avoid, size - 1)
    if order == "random":
        for at in range(len(picked)):
            assert picked[at] not in picked[max(0, at - kept) : at]
    else:
        for first in range(0, len(picked), size):  # everything once a round
            assert sorted(picked[first : first + size]) == list(range(size))
        if kept:
            assert all(a != b for a, b in pairwise(picked)) or size == 1


def test_weights_are_relative_probabilities() -> None:
    picker, state, picked = VariationPicker("d", (3.0, 1.0), "random", 0, 5), PickState(), []
    for _ in range(4000):
        item, state = picker.pick(state)
        picked.append(item)

    assert Counter(picked)[0] / 4000 == pytest.approx(0.75, abs=0.03)
