from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.arrays import aligned
from adaptive.engine.sends import NoSendsLeftError, Sends
from adaptive.engine.spec import BusSpec
from adaptive.kernel import layout as k
from adaptive.kernel.bus_record import BUS_GROUP
from tests.helpers import signals
from tests.helpers.rendering import LEAD, add, buses_of, engine_of


def groups_of(count: int) -> np.ndarray:
    groups = aligned(BUS_GROUP, count)
    groups["first_send"] = -1
    return groups


def test_a_bus_may_have_any_number_of_sends() -> None:
    receivers = range(8, 20)
    gains = tuple(1.0 / (2 + number) for number in range(len(receivers)))
    buses = [BusSpec(str(number)) for number in range(20)]
    buses[0] = BusSpec("source", sends=tuple(receivers), send_gains=gains)
    engine = engine_of(buses=buses)
    start = c.start_clip(LEAD, 0, add(engine, signals.constant(4800, 0.5)), 0)
    audio = buses_of(engine, 4096, [start])

    assert audio[8:20, 0, 4000].tolist() == pytest.approx([0.5 * gain for gain in gains], rel=1e-5)


def test_a_send_that_is_added_again_only_moves_to_its_gain() -> None:
    groups, sends = groups_of(2), Sends(np.zeros(4, k.SEND))
    sends.add(groups, 3, 9, 0.5, 0.5)
    sends.add(groups, 3, 9, 0.25, 0.0)

    assert sends.record_of(3, 9)[["wanted", "now"]].tolist() == (0.25, 0.5)
    assert sends.row_of == {(3, 9): 0}


def test_rows_of_a_bus_that_has_another_owner_are_used_again() -> None:
    groups, sends = groups_of(2), Sends(np.zeros(1, k.SEND))
    sends.add(groups, 3, 9, 0.5, 0.5)
    with pytest.raises(NoSendsLeftError, match="no room for more than 1 sends"):
        sends.add(groups, 4, 9, 0.5, 0.5)
    sends.forget(3)
    sends.add(groups, 4, 9, 0.5, 0.5)

    assert sends.row_of == {(4, 9): 0}
