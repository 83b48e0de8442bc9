from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.live_edit import CURVE_OVERLAP_STEPS, Store, moves, stores
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec, MappingSpec, ParameterSpec
from adaptive.kernel import layout as k
from adaptive.kernel.processors.reverb_delays import line_feedback
from adaptive.kernel.sources.synth_settings import SynthSpec

AT = 48000
CURVE = MappingSpec(0, k.MAP_GAIN_DB, 0, ((0.0, -20.0), (1.0, 0.0)))
SPEC = EngineSpec(
    buses=[BusSpec("a"), BusSpec("b")],
    instruments=[SynthSpec(0)],
    parameters=[ParameterSpec("p", default=0.5)],
    owners={("bus", 0): "a", ("instrument", 0): "i", ("parameter", 0): "p"},
)


def changed(old: EngineSpec = SPEC, **settings: Any) -> tuple[Engine, list[Store]]:
    """An engine of the old specification, and the stores that lead to another."""
    engine, new = Engine(old), replace(old, **settings)
    return engine, stores(engine, old, new, AT)


def test_the_same_specification_needs_no_command_and_no_store() -> None:
    assert moves(SPEC, SPEC, AT) == changed()[1] == []


def test_level_pan_and_cutoff_of_a_kept_bus_are_commands_and_other_buses_stay() -> None:
    new = replace(
        SPEC, buses=[BusSpec("a", gain=0.5, pan=1.0, cutoff_hz=900.0), BusSpec("b", gain=0.5)], gain=0.25
    )
    posted = moves(SPEC, new, AT)

    assert [(command.operation, command.target) for command in posted] == [
        (k.BUS_GAIN, 0), (k.BUS_PAN, 0), (k.BUS_CUTOFF, 0), (k.MASTER_GAIN, 0),
    ]  # fmt: skip
    assert {(command.frame, command.i0) for command in posted} == {(AT, 384)}


def test_a_curve_and_a_fixed_level_overlap_when_one_replaces_the_other() -> None:
    loud, overlap = [BusSpec("a", gain=0.5), BusSpec("b")], CURVE_OVERLAP_STEPS * k.CONTROL_STEP_FRAMES
    with_curve = replace(SPEC, buses=loud, mappings=[CURVE])

    assert [command.frame for command in moves(SPEC, with_curve, AT)] == [AT + overlap]
    assert [command.frame for command in moves(with_curve, SPEC, AT)] == [AT]
    assert AT + overlap in [frame for frame, _ in changed(with_curve, mappings=[])[1]]


def test_a_control_without_a_curve_returns_to_its_neutral_value() -> None:
    engine, later = changed(replace(SPEC, mappings=[CURVE]), mappings=[])
    before = float(engine.memory["buses"][0]["control_gain"][0])
    for _, store in later:
        store()

    assert before == pytest.approx(10.0 ** (-10.0 / 20.0))
    assert engine.memory["buses"][0]["control_gain"][0] == 1.0
    assert engine.memory.head["mapping_count"] == 0


def test_an_insert_moves_to_its_new_parameters() -> None:
    before = (BusSpec("room", inserts=(InsertSpec("reverb", "hall", {"decay_s": 1.0, "predelay_ms": 0.0}),)),)
    after = (BusSpec("room", inserts=(InsertSpec("reverb", "hall", {"decay_s": 5.0, "predelay_ms": 0.0}),)),)
    owners = {("bus", 0): "room"}
    engine = Engine(EngineSpec(buses=before, owners=owners))
    for _, store in stores(engine, engine.spec, EngineSpec(buses=after, owners=owners), AT):
        store()
    group = engine.memory.inserts.group_of(engine.memory.inserts.slot_of(0, "hall"))
    engine.pull(20 * k.QUANTUM)  # at rest it follows, too
    record = group["reverbs"][0]

    assert group["now"][0, 0] == 5.0
    group["is_resting"][0] = 0
    engine.pull(k.QUANTUM)
    assert record["feedback"][0] == pytest.approx(line_feedback(float(record["length"][0]), 48000, 5.0))


def test_a_parameter_that_was_never_set_follows_its_default_and_one_that_was_does_not() -> None:
    targets = []
    for has_arrived in (0, 1):
        engine, later = changed(parameters=[ParameterSpec("p", default=0.75)])
        engine.memory["parameters"]["has_arrived"] = has_arrived
        for _, store in later:
            store()
        targets.append(float(engine.memory["parameters"][0]["target"]))

    assert targets == [0.75, 0.5]
