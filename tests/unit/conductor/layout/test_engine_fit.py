from __future__ import annotations

import pytest

from adaptive.conductor.layout.engine_fit import require_fit
from adaptive.conductor.layout.row_allocator import NoSpareRowsError
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec, SpareRows

OWNERS = {("bus", row): f"owner of {row}" for row in range(16)}


def spec_of(sends: tuple[int, ...] = (), late_ms: float = 0.0, makeup_db: float = 0.0) -> EngineSpec:
    inserts = (InsertSpec("compressor", "c", {"look_ahead_ms": late_ms, "makeup_db": makeup_db}),)
    strip = BusSpec("a", sends=sends, inserts=inserts)
    buses = [strip, *[BusSpec(str(row)) for row in range(1, 16)]]
    return EngineSpec(buses=buses, owners=OWNERS, spare_rows=SpareRows(sends=1))


def test_other_numbers_fit() -> None:
    require_fit(spec_of((8,), 5.0), spec_of((8,), 5.0, 3.0))
    require_fit(spec_of((8,)), spec_of((8, 9)))


def test_a_send_from_what_is_late_to_what_was_not_does_not_fit() -> None:
    with pytest.raises(NoSpareRowsError, match="latency of the mixer was changed"):
        require_fit(spec_of((8,), 5.0), spec_of((8, 9), 5.0))


def test_more_sends_than_rows_do_not_fit() -> None:
    with pytest.raises(NoSpareRowsError, match="no room for so many more sends"):
        require_fit(spec_of(), spec_of((8, 9)))


def test_another_latency_does_not_fit() -> None:
    with pytest.raises(NoSpareRowsError, match="latency of the mixer was changed"):
        require_fit(spec_of(late_ms=5.0), spec_of(late_ms=6.0))
