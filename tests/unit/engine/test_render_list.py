from __future__ import annotations

import numpy as np

from adaptive.engine.inserts import Inserts
from adaptive.engine.instruments import Instruments
from adaptive.engine.render_list import Step, fill_steps, render_list, unit_table
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.kernel import layout as k
from tests.helpers.rendering import reverb

NO_ROWS = range(0)


def spec_of(count: int, spare: range = NO_ROWS, reverb_at: int | None = None) -> EngineSpec:
    buses = [BusSpec(str(n), inserts=(reverb(),) if n == reverb_at else ()) for n in range(count)]
    return EngineSpec(buses=buses, spare_buses=spare)


def steps_of(spec: EngineSpec) -> list[Step]:
    return render_list(spec, inserts_in(spec), no_instruments())


def no_instruments() -> Instruments:
    return Instruments(np.zeros(4, np.int64), 48000)


def inserts_in(spec: EngineSpec) -> Inserts:
    inserts = Inserts(spec.sample_rate)
    for row, bus in enumerate(spec.buses):
        inserts.begin(row, bus.inserts)
    return inserts


def test_sources_come_first_and_the_master_last() -> None:
    steps = steps_of(spec_of(3))

    assert [step.unit for step in steps] == ["clips", "buses", "buses", "master"]


def test_an_insert_runs_between_the_two_parts_of_its_group() -> None:
    spec = spec_of(8, reverb_at=5)
    inserts = inserts_in(spec)
    address = inserts.group_address(inserts.slot_of(5, "reverb"))

    assert render_list(spec, inserts, no_instruments())[1:-1] == [
        Step("buses", 0, k.BUS_BEGIN), Step("reverb", address, 1), Step("buses", 0, k.BUS_END, 0xFF),
    ]  # fmt: skip


def test_inserts_of_one_kind_run_together_and_those_of_one_bus_in_their_order() -> None:
    chains = ("eq", "delay"), ("delay", "eq"), ("eq", "eq")
    buses = [
        BusSpec(str(n), inserts=tuple(InsertSpec(kind, f"{kind} {at}") for at, kind in enumerate(chain)))
        for n, chain in enumerate(chains)
    ]
    steps = [step for step in steps_of(EngineSpec(buses=buses)) if step.unit in {"eq", "delay"}]
    first_eq = steps[0].item

    # the bits are columns: the first two equalisers, then that of the second bus beside a delay that waits
    assert [(step.unit, step.item == first_eq, step.first) for step in steps] == [
        ("eq", True, 0b101), ("delay", False, 0b11), ("eq", True, 0b10), ("eq", False, 0b1),
    ]  # fmt: skip


def test_buses_that_feed_others_run_before_them() -> None:
    buses = [BusSpec("a", output=8, inserts=(InsertSpec("eq", "e"),)), *[BusSpec("-")] * 7, BusSpec("b")]

    assert [(s.item, s.first) for s in steps_of(EngineSpec(buses=buses)) if s.unit == "buses"] == [
        (0, k.BUS_BEGIN), (0, k.BUS_END), (1, k.BUS_BEGIN), (1, k.BUS_END),
    ]  # fmt: skip


def test_groups_of_spare_buses_have_no_step() -> None:
    steps = steps_of(spec_of(32, spare=range(8, 24)))

    assert [step.item for step in steps if step.unit == "buses"] == [0, 0, 3, 3]


def test_a_filled_list_ends_behind_its_last_step() -> None:
    rows = np.zeros(8, k.STEP)
    row_of = unit_table({"master": 5, "clips": 1, "control": 2, "quantum": 3})
    fill_steps(rows, [Step("clips"), Step("master", 1, 2, 3)], row_of)

    assert [row_of["clips"], row_of["master"], -1] == rows["unit"][:3].tolist()
    assert tuple(rows[1][name] for name in ("item", "first", "count")) == (1, 2, 3)


def test_the_units_that_every_quantum_calls_have_fixed_rows() -> None:
    row_of = unit_table({"clips": 1, "control": 2, "quantum": 3})

    assert (row_of["quantum"], row_of["control"]) == (k.UNIT_QUANTUM, k.UNIT_CONTROL)
    assert sorted(row_of.values()) == [0, 1, 2]
