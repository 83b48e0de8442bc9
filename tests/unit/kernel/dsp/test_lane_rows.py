from __future__ import annotations

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.lane_rows import lanes_to_rows, rows_to_lanes
from adaptive.kernel.layout import LANES, QUANTUM


@rtsafe
def there_and_back(addresses: int, block: int) -> None:
    rows_to_lanes(addresses, block)
    lanes_to_rows(block, addresses)


def test_rows_anywhere_become_lanes_and_come_back() -> None:
    rows = aligned(np.float32, 40, QUANTUM)
    rows[:] = np.arange(40 * QUANTUM).reshape(40, QUANTUM)
    expected, chosen = rows.copy(), [3, 17, 2, 39, *range(20, 32)]
    addresses = np.array([address(rows[row]) for row in chosen], np.int64)
    block = aligned(np.float32, QUANTUM, LANES)
    there_and_back(address(addresses), address(block))

    np.testing.assert_array_equal(block, expected[chosen].T)
    np.testing.assert_array_equal(rows, expected)
