from __future__ import annotations

from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.kernel.jack_record import MOST_STEMS
from adaptive.sinks.jack_sink import JackNames


def engine_with(*names: str) -> Engine:
    return Engine(EngineSpec(buses=[BusSpec(name) for name in names]))


def test_names_are_added_and_never_moved_and_no_two_ports_share_one() -> None:
    names = JackNames(has_stems=True)
    first = names.add(engine_with("drums", "bass"))
    second = names.add(engine_with("bass", "bridge:a", "bridge_a"))
    again = names.add(engine_with("drums"))

    assert (first, second, again) == (True, True, False)
    assert names.stems == ["drums", "bass", "bridge:a"]


def test_there_are_at_most_as_many_stems_as_rings_and_none_unless_asked() -> None:
    names, without = JackNames(has_stems=True), JackNames(has_stems=False)
    engine = engine_with(*(f"layer_{number}" for number in range(MOST_STEMS + 3)))

    assert names.add(engine)
    assert len(names.stems) == MOST_STEMS
    assert not without.add(engine)
