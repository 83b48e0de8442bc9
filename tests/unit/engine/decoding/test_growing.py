from __future__ import annotations

import numpy as np

from adaptive.engine.decoding.growing import Growing


def test_what_was_added_comes_back_in_order() -> None:
    growing = Growing(2, 3)
    blocks = [np.full((2, size), size, np.float32) for size in (3, 5, 1)]
    for block in blocks:
        if more := growing.missing(block.shape[1]):
            growing.grow(more)
        growing.add(block)

    np.testing.assert_array_equal(growing.done(), np.concatenate(blocks, axis=1))


def test_a_promise_that_is_kept_needs_no_growth_and_no_copy() -> None:
    growing = Growing(1, 4)
    growing.add(np.ones((1, 4), np.float32))

    assert growing.missing(1) > 0
    assert growing.done() is growing._audio or growing.done().base is growing._audio


def test_an_array_that_grows_grows_by_half_at_least() -> None:
    growing = Growing(1, 1000)
    growing.add(np.ones((1, 1000), np.float32))

    assert growing.missing(1) == 500
    assert growing.missing(2000) == 2000
