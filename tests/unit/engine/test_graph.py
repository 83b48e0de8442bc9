from __future__ import annotations

from adaptive.engine.graph import is_ordered, keys_of, ranks, rendered_rows, targets_of
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec


def keyed(key: int) -> tuple[InsertSpec, ...]:
    return (InsertSpec("compressor", "c", key=key),)


def spec_of(**buses: BusSpec) -> EngineSpec:
    """Twenty buses; those that are given have the row that their name ends with."""
    given = {int(name[1:]): bus for name, bus in buses.items()}
    return EngineSpec(buses=[given.get(row, BusSpec(str(row))) for row in range(20)])


def test_without_keys_a_rank_is_a_run_of_groups_that_do_not_feed_each_other() -> None:
    rank = ranks(spec_of(b0=BusSpec("a", output=16)))

    assert [rank[row] for row in (0, 7, 8, 15, 16, 19)] == [0, 0, 0, 0, 1, 1]


def test_a_strip_comes_behind_the_strip_that_it_listens_to_and_its_bus_behind_it() -> None:
    spec = spec_of(b1=BusSpec("kick", output=16), b0=BusSpec("bass", output=16, inserts=keyed(1)))
    rank = ranks(spec)

    assert [rank[row] for row in (1, 0, 2, 16, 17)] == [0, 1, 0, 2, 2]
    assert is_ordered(spec)


def test_a_strip_may_listen_to_a_bus() -> None:
    voice = BusSpec("voice", output=16)
    rank = ranks(spec_of(b0=voice, b1=BusSpec("music", inserts=keyed(16))))

    assert rank[0] < rank[16] < rank[1]


def test_a_loop_of_keys_is_noticed_and_ends() -> None:
    around = spec_of(b0=BusSpec("a", inserts=keyed(1)), b1=BusSpec("b", inserts=keyed(0)))
    through = spec_of(b0=BusSpec("a", output=16, inserts=keyed(16)))

    assert not is_ordered(around)
    assert not is_ordered(through)
    assert set(ranks(around)) == set(range(20))


def test_spare_groups_have_no_rank() -> None:
    spec = EngineSpec(buses=[BusSpec(str(row)) for row in range(20)], spare_buses=range(8, 16))

    assert set(ranks(spec)) == {*range(8), *range(16, 20)}
    assert rendered_rows(spec) == {0: range(8), 2: range(16, 20)}


def test_a_bus_names_what_it_feeds_and_what_it_listens_to() -> None:
    bus = BusSpec("a", output=8, sends=(9, 10), inserts=keyed(3))

    assert targets_of(bus) == (8, 9, 10)
    assert list(keys_of(bus)) == [3]
