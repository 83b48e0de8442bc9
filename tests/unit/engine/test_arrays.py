from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import ALIGNMENT, address, aligned


@pytest.mark.parametrize("shape", [(), (1,), (3, 5)])
def test_an_array_is_zero_and_begins_at_a_cache_line(shape: tuple[int, ...]) -> None:
    array = aligned(np.float32, *shape)

    assert array.shape == shape
    assert address(array) % ALIGNMENT == 0
    assert not array.any()
