from __future__ import annotations

import numpy as np

from adaptive.engine.arrays import aligned
from adaptive.engine.delay_lines import DelayLines
from adaptive.engine.latency import Latencies
from adaptive.engine.spec import BusSpec
from adaptive.kernel.bus_record import BUS_GROUP


def test_a_bus_that_waits_for_nothing_has_no_ring() -> None:
    groups = aligned(BUS_GROUP, 1)
    DelayLines().fill(groups, 3, BusSpec("a"), Latencies())

    assert groups[0]["input_ring"][3] == groups[0]["output_ring"][3] == groups[0]["output_delay"][3] == 0


def test_a_ring_is_long_enough_for_the_longest_way() -> None:
    groups, lines = aligned(BUS_GROUP, 2), DelayLines()
    late = Latencies(arrivals={9: 100, 16: 300}, waits={9: 100}, departures={9: 100}, master=400)
    lines.fill(groups, 9, BusSpec("a", output=16), late)
    heads = [ring[:4].view(np.int64).tolist() for ring in lines._rings]

    assert groups[1]["output_delay"][1] == 200
    assert heads == [[192, 100], [384, 300]]
