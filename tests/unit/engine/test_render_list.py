from __future__ import annotations

import numpy as np

from adaptive.engine.render_list import Step, fill_steps, render_list, unit_table
from adaptive.engine.spec import BusSpec, EngineSpec, ReverbSpec
from adaptive.kernel import layout as k

NO_ROWS = range(0)


def spec_of(count: int, spare: range = NO_ROWS, reverb_at: int | None = None) -> EngineSpec:
    buses = [BusSpec(str(n), effect=0 if n == reverb_at else None) for n in range(count)]
    return EngineSpec(buses=buses, reverbs=(ReverbSpec(),), spare_buses=spare)


def test_sources_come_first_and_the_master_last() -> None:
    steps = render_list(spec_of(3))

    assert [step.unit for step in steps] == ["clips", "voices", "buses", "buses", "master"]


def test_an_insert_runs_between_the_two_parts_of_its_group() -> None:
    steps = render_list(spec_of(10, reverb_at=9))

    assert steps[-4:-1] == [
        Step("buses", 1, k.BUS_BEGIN), Step("reverb", 0, 9, 1), Step("buses", 1, k.BUS_END),
    ]  # fmt: skip


def test_groups_of_spare_buses_have_no_step() -> None:
    steps = render_list(spec_of(32, spare=range(8, 24)))

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
