from __future__ import annotations

from adaptive.engine.latency import Latencies
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.engine.stem_rows import stem_rows, stems_of
from adaptive.kernel.layout import MASTER_LOOK_AHEAD


def test_spare_rows_and_the_master_have_no_ports_and_an_owner_goes_before_what_decays() -> None:
    buses = [BusSpec(name) for name in ("drums", "spare_1", "bass", "drums", "master")]
    spec = EngineSpec(buses=buses, owners={("bus", 3): "drums", ("bus", 2): "bass", ("bus", 4): "master"})

    assert stems_of(spec) == {"drums": 3, "bass": 2}


def test_what_is_late_already_waits_less() -> None:
    spec = EngineSpec(buses=[BusSpec("drums"), BusSpec("bass")])
    rows = stem_rows(spec, Latencies(departures={0: 30}, master=40), ["bass", "drums", "nobody"])

    assert rows["bus"].tolist()[:4] == [1, 0, -1, -1]
    assert rows["delay_frames"].tolist()[:2] == [MASTER_LOOK_AHEAD + 40, MASTER_LOOK_AHEAD + 10]
