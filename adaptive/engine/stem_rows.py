"""Which bus each pair of a JACK client's ports plays, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.engine.arrays import aligned
from adaptive.engine.latency import Latencies
from adaptive.engine.spec import EngineSpec
from adaptive.kernel import layout as k
from adaptive.kernel.jack_record import MOST_STEMS, STEM_ROW

MASTER_NAME = "master"
"""Name of the ports of the master; a bus of this name has none of its own."""


def stems_of(spec: EngineSpec) -> dict[str, int]:
    """Name and row of every bus that is heard by itself, in the order of the rows.

    A row whose owner was removed is among them until another bus has its name: its sound may still decay.
    """
    found: dict[str, int] = {}
    for row, bus in enumerate(spec.buses):
        is_owned = ("bus", row) in spec.owners
        is_spare = not is_owned and bus.name == f"spare_{row}"
        if not is_spare and bus.name != MASTER_NAME and (is_owned or bus.name not in found):
            found[bus.name] = row
    return found


def stem_rows(spec: EngineSpec, latencies: Latencies, names: Sequence[str]) -> Any:
    """Records of `STEM_ROW` for ports in this order; a name that the engine does not have is silent."""
    rows, known = aligned(STEM_ROW, MOST_STEMS), stems_of(spec)
    rows["bus"] = -1
    for number, name in enumerate(names[:MOST_STEMS]):
        row = known.get(name, -1)
        delay = k.MASTER_LOOK_AHEAD + latencies.master - latencies.departures.get(row, 0)
        rows[number] = (row, delay)
    return np.asarray(rows)
