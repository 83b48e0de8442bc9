from __future__ import annotations

import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.kernel import layout as k

Q = k.QUANTUM


def engine_with_parameter() -> Engine:
    return Engine(EngineSpec(parameters=[ParameterSpec("a")]))


def value_after(engine: Engine, frames: int = Q) -> float:
    engine.pull(frames)
    return engine.value(0)


def test_a_parameter_set_by_a_command_acts_in_the_quantum_of_its_frame() -> None:
    engine = engine_with_parameter()
    engine.post([c.set_parameter(5 * Q + 7, 0, 0, engine.parameter_word(0.5))])
    before = value_after(engine, 5 * Q)

    assert (before, value_after(engine)) == (0.0, 0.5)


def test_of_two_commands_for_a_parameter_in_one_quantum_the_later_wins() -> None:
    engine = engine_with_parameter()
    words = [engine.parameter_word(value) for value in (0.25, 0.75)]
    engine.post([c.set_parameter(0, 0, 0, word) for word in words])

    assert value_after(engine) == 0.75


def test_a_parameter_command_does_not_undo_a_value_that_arrived_after_it_was_posted() -> None:
    engine = engine_with_parameter()
    older = engine.parameter_word(0.75)
    engine.set_parameter(0, 0.5)
    engine.post([c.set_parameter(c.IMMEDIATELY, 0, 0, older)])

    assert value_after(engine) == 0.5


def test_of_two_fades_of_the_master_in_one_quantum_the_later_wins() -> None:
    engine = Engine(EngineSpec())
    engine.post([c.fade_master(10, 0.25, 0), c.fade_master(20, 0.75, 0)])
    engine.pull(2 * Q)

    assert engine.memory["master"][0]["gain_to"] == 0.75


def test_a_control_step_is_published_after_its_last_quantum() -> None:
    engine = Engine(EngineSpec())
    counts = []
    for _ in range(2 * k.CONTROL_STEP_QUANTA):
        engine.pull(Q)
        counts.append(engine.control_steps)

    assert counts == [0, 0, 0, 1, 1, 1, 1, 2]


def test_commands_of_one_object_act_in_order_of_time_whatever_their_kind() -> None:
    engine = Engine(EngineSpec())
    fades = [
        c.fade_bus(2 * Q + 40, 0, 0.25, 0),
        c.duck_bus(2 * Q + 10, 0, 0.5, 0),
        c.fade_bus(2 * Q + 20, 0, 0.75, 0),
    ]
    engine.post(fades)
    engine.pull(3 * Q)
    bus = engine.memory["buses"][0]

    assert (float(bus["gain_to"][0]), float(bus["duck_to"][0])) == (0.25, 0.5)
    assert float(bus["gain_from"][0]) == pytest.approx(0.75)
