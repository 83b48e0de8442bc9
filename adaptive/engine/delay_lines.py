"""The rings in which an engine's buses wait for later paths; an engine without latency has none."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.engine.arrays import Array, address, aligned
from adaptive.engine.latency import Latencies
from adaptive.engine.spec import BusSpec
from adaptive.kernel import layout as k
from adaptive.kernel.dsp.late_rows import HEAD_BYTES, ring_floats, ring_frames


class DelayLines:
    """Allocates rings, and keeps them as long as the engine lives: the kernel may be reading one."""

    def __init__(self) -> None:
        self._rings: list[Array] = []

    def fill(self, groups: Any, row: int, bus: BusSpec, late: Latencies) -> None:
        """Write the rings and the delay of a silent bus, apart from those of its sends.

        Parameters
        ----------
        groups : ndarray of `BUS_GROUP`
            The buses.
        row : int
            Row of the bus.
        bus : BusSpec
            Its settings.
        late : Latencies
            Of the engine.
        """
        group, column = groups[row // k.PAIRS], row % k.PAIRS
        group["input_ring"][column] = self._ring(late.waits.get(row, 0))
        group["output_ring"][column] = self._ring(late.longest(row))
        group["output_delay"][column] = late.on_the_way(row, bus.output)

    def _ring(self, delay: int) -> int:
        """Address of a new ring for a delay; 0 for no delay."""
        if delay <= 0:
            return 0
        ring = aligned(np.float32, HEAD_BYTES // 4 + ring_floats(delay))
        ring[:4].view(np.int64)[:] = ring_frames(delay), delay
        self._rings.append(ring)
        return address(ring)
