from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine, signed, slot_word
from adaptive.engine.spec import EngineSpec, MappingSpec, ParameterSpec
from adaptive.kernel import layout as k
from adaptive.kernel import parameters
from adaptive.preset import program
from adaptive.preset.program import Opcode, run_program
from tests.helpers import signals
from tests.helpers.rendering import add, buses_of, engine_of
from tests.reference import naive

Q = k.QUANTUM
WIDE = 1e30


def engine_with(*parameters: ParameterSpec, **settings: Any) -> Engine:
    return Engine(EngineSpec(parameters=parameters, **settings))


def write(engine: Engine, value: float, number: int, source: int = 0, index: int = 0) -> None:
    """Write a slot with a given arrival number."""
    engine.memory["slots"][source, index] = np.uint64(slot_word(value, number))


def value_after(engine: Engine, frames: int = Q, index: int = 0) -> float:
    engine.pull(frames)
    return engine.value(index)


def test_a_value_is_heard_in_the_next_quantum() -> None:
    engine = engine_with(ParameterSpec("a"))
    engine.set_parameter(0, 0.75)

    assert value_after(engine) == 0.75


def test_the_default_holds_until_something_arrives() -> None:
    assert value_after(engine_with(ParameterSpec("a", default=0.25)), 640) == 0.25


def test_values_are_clamped_to_the_range() -> None:
    engine = engine_with(ParameterSpec("a", low=-2.0, high=3.0))
    engine.set_parameter(0, 9.0)
    highest = value_after(engine)
    engine.set_parameter(0, -9.0)

    assert (highest, value_after(engine)) == (3.0, -2.0)


def test_of_many_values_in_a_quantum_the_latest_wins() -> None:
    engine = engine_with(ParameterSpec("a"))
    for value in (0.1, 0.9, 0.5):
        engine.set_parameter(0, value)

    assert value_after(engine) == 0.5


def test_among_equal_sources_the_highest_arrival_number_wins_not_the_last_write() -> None:
    engine = engine_with(ParameterSpec("a"), sources=(0, 0, 0))
    write(engine, 0.5, number=12, source=2)
    write(engine, 0.25, number=11, source=0)

    assert value_after(engine) == 0.5


def test_a_value_that_is_written_late_cannot_undo_one_that_arrived_after_it() -> None:
    engine = engine_with(ParameterSpec("a"), sources=(0, 0))
    write(engine, 0.5, number=12, source=1)
    before = value_after(engine)
    write(engine, 0.25, number=11, source=0)

    assert (before, value_after(engine)) == (0.5, 0.5)


def test_arrival_numbers_may_pass_their_end() -> None:
    engine = engine_with(ParameterSpec("a"), sources=(0, 0))
    write(engine, 0.25, number=0xFFFFFFFF, source=0)
    before = value_after(engine)
    write(engine, 0.5, number=1, source=1)

    assert (before, value_after(engine)) == (0.25, 0.5)


def test_a_source_of_higher_rank_wins_however_old_its_value_is() -> None:
    engine = engine_with(ParameterSpec("a"), sources=(0, 5, 0))
    write(engine, 0.5, number=1, source=1)
    write(engine, 0.25, number=2, source=0)

    assert value_after(engine) == 0.5


def test_a_source_that_has_written_nothing_does_not_count_whatever_its_rank() -> None:
    engine = engine_with(ParameterSpec("a"), sources=(0, 5, 0))
    write(engine, 0.25, number=1, source=0)

    assert value_after(engine) == 0.25


def test_parameters_do_not_notice_each_other() -> None:
    engine = engine_with(*(ParameterSpec(str(number)) for number in range(40)))
    for index in range(0, 40, 3):
        engine.set_parameter(index, index / 64.0)
    engine.pull(Q)
    expected = [index / 64.0 if index % 3 == 0 else 0.0 for index in range(40)]

    assert expected == [engine.value(index) for index in range(40)]


@pytest.mark.parametrize("seconds", [0.01, 0.05, 0.5, 3.0])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_smoothing_reaches_ninety_nine_hundredths_after_its_rise_time(seconds: float, rate: int) -> None:
    engine = engine_with(ParameterSpec("a", rise_s=seconds, fall_s=9.0), sample_rate=rate)
    engine.set_parameter(0, 1.0)
    quanta = seconds * rate / Q
    before = value_after(engine, math.floor(quanta) * Q)
    after = value_after(engine)

    assert before <= 0.99 + 1e-4
    assert after >= 0.99 - 1e-4


def test_falling_takes_its_own_time() -> None:
    engine = engine_with(ParameterSpec("a", default=1.0, rise_s=0.0, fall_s=0.1))
    engine.set_parameter(0, 0.0)

    assert value_after(engine, 75 * Q) == pytest.approx(0.01, abs=1e-4)


def test_smoothing_follows_one_pole_at_every_quantum() -> None:
    engine = engine_with(ParameterSpec("a", rise_s=0.2))
    engine.set_parameter(0, 1.0)
    actual = [value_after(engine) for _ in range(100)]
    expected = [1.0 - 0.01 ** (number * Q / 9600) for number in range(1, 101)]

    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_smoothing_arrives() -> None:
    engine = engine_with(ParameterSpec("a", rise_s=0.05))
    engine.set_parameter(0, 0.7)

    assert value_after(engine, 48000) == np.float32(0.7)


def test_linear_smoothing_takes_its_time_for_the_whole_range() -> None:
    engine = engine_with(ParameterSpec("a", low=-1.0, high=3.0, default=-1.0, rise_s=0.4, is_linear=True))
    engine.set_parameter(0, 3.0)
    actual = [value_after(engine) for _ in range(320)]
    expected = [min(3.0, -1.0 + 4.0 * number / 300) for number in range(1, 321)]

    np.testing.assert_allclose(actual, expected, atol=1e-4)
    assert actual[-1] == 3.0


def test_linear_smoothing_without_time_arrives_at_once() -> None:
    engine = engine_with(ParameterSpec("a", is_linear=True))
    engine.set_parameter(0, 1.0)

    assert value_after(engine) == 1.0


def test_a_value_that_stays_away_becomes_stale_and_falls_back() -> None:
    engine = engine_with(ParameterSpec("a", stale_after_s=0.1, fallback=0.125))
    engine.set_parameter(0, 1.0)
    held = value_after(engine, 75 * Q)
    fallen = value_after(engine, 3 * Q)

    assert (held, fallen) == (1.0, 0.125)
    assert engine.memory["parameters"]["is_stale"][0] == 1


def test_without_a_fallback_a_stale_value_is_held() -> None:
    engine = engine_with(ParameterSpec("a", stale_after_s=0.1))
    engine.set_parameter(0, 1.0)

    assert value_after(engine, 200 * Q) == 1.0
    assert engine.memory["parameters"]["is_stale"][0] == 1


def test_a_stale_value_is_fresh_again_when_its_sender_is() -> None:
    engine = engine_with(ParameterSpec("a", stale_after_s=0.1, fallback=0.0))
    engine.set_parameter(0, 0.5)
    engine.pull(200 * Q)
    engine.set_parameter(0, 0.5)

    assert value_after(engine) == 0.5
    assert engine.memory["parameters"]["is_stale"][0] == 0


def test_the_same_value_again_keeps_a_parameter_fresh() -> None:
    engine = engine_with(ParameterSpec("a", stale_after_s=0.1, fallback=0.0))
    for _ in range(20):
        engine.set_parameter(0, 0.5)
        engine.pull(40 * Q)

    assert engine.value(0) == 0.5


def test_every_value_that_is_taken_is_reported_with_its_frame() -> None:
    engine = engine_with(ParameterSpec("a"), ParameterSpec("b"))
    engine.pull(3 * Q)
    engine.set_parameter(1, 0.5, source=2)
    engine.pull(2 * Q)
    reply = engine.drain_replies()[0]

    assert (
        reply.kind,
        reply.tag,
        reply.done,
        reply.which,
        reply.value,
    ) == (k.REPLY_APPLIED, 2, 3 * Q, 1, 0.5)


def test_the_value_of_a_control_step_is_recorded_for_that_step() -> None:
    engine = engine_with(ParameterSpec("a", stale_after_s=0.02))
    expected = []
    for control_step in range(12):
        engine.set_parameter(0, control_step / 16.0) if control_step < 6 else None
        engine.pull(4 * Q)
        age = max(0, control_step - 5) * 4 * Q
        target = min(control_step, 5) / 16.0
        expected.append((target, np.float32(age / 48000), float(age > 960), target, target))

    assert expected == [tuple(engine.values_at(control_step)[0]) for control_step in range(12)]
    assert engine.control_steps == 12


def test_opcodes_and_limits_are_the_same_in_kernel_and_preset() -> None:
    assert {code.name: int(code) for code in Opcode} == {
        name: getattr(parameters, name) for name in Opcode.__members__
    }
    assert len(Opcode) == parameters.HEALTHY + 1
    assert (program.MAX_INSTRUCTIONS, program.MAX_STACK) == (k.PROGRAM_LENGTH, k.PROGRAM_STACK)


def random_program(rng: np.random.Generator, slots: int, inputs: int) -> list[tuple[int, float]]:
    """A valid program: pushes while shallow, combines while deep."""
    program: list[tuple[int, float]] = []
    depth = 0
    push = [Opcode.CONSTANT, Opcode.LOAD, Opcode.AGE, Opcode.STALE, Opcode.HEALTHY]
    replace = [Opcode.ABSOLUTE, Opcode.NEGATE, Opcode.NOT]
    combine = [code for code in Opcode if code not in push and code not in replace]
    length = int(rng.integers(1, 40))
    while len(program) < length or depth != 1:
        wants_push = depth == 0 or (depth < 12 and len(program) < length and rng.random() < 0.5)
        if wants_push:
            code = push[int(rng.choice(4, p=[0.4, 0.4, 0.1, 0.1]))]
            constant = float(np.float32(rng.normal(0.0, 3.0)))
            within = inputs if code in (Opcode.AGE, Opcode.STALE) else slots
            operand = constant if code == Opcode.CONSTANT else float(rng.integers(0, within))
            program.append((int(code), operand))
            depth += 1
        elif depth == 1 or rng.random() < 0.2:
            program.append((int(rng.choice(replace)), 0.0))
        else:
            program.append((int(rng.choice(combine)), 0.0))
            depth -= 1
    return program


def test_derived_parameters_equal_their_twin_in_python_to_the_bit(
    rng: np.random.Generator,
) -> None:
    inputs = [
        ParameterSpec(f"in{number}", low=-WIDE, high=WIDE, stale_after_s=0.01 * (number + 1))
        for number in range(4)
    ]
    programs = [random_program(rng, 4 + number, 4) for number in range(300)]
    derived = [
        ParameterSpec(f"d{number}", low=-WIDE, high=WIDE, program=tuple(program))
        for number, program in enumerate(programs)
        if len(program) <= k.PROGRAM_LENGTH
    ]
    engine = engine_with(*inputs, *derived)
    for index in range(4):
        engine.set_parameter(index, float(rng.normal(0.0, 2.0)))
        engine.pull(10 * Q)
    engine.pull(6 * Q)  # ends with the first quantum of a control step: it recorded the values that were read
    row = engine.values_at(engine.frame // k.CONTROL_STEP_FRAMES - 1)
    engine.pull(Q)
    row = engine.values_at(engine.frame // k.CONTROL_STEP_FRAMES)
    values, ages, stale = ([float(v) for v in row[:, column]] for column in range(3))
    limit = float(np.float32(WIDE))
    expected = [
        min(max(run_program(spec.program or (), values, ages, [bool(s) for s in stale]), -limit), limit)
        for spec in derived
    ]

    assert len(derived) > 250
    assert expected == values[4:]


@pytest.mark.parametrize(
    "program",
    [
        ((Opcode.CONSTANT, 1e38), (Opcode.CONSTANT, 1e38), (Opcode.MULTIPLY, 0.0)),
        ((Opcode.LOAD, 0.0), (Opcode.CONSTANT, 0.0), (Opcode.DIVIDE, 0.0)),
    ],
)
def test_a_result_beyond_the_range_is_clamped_and_division_by_zero_is_zero(
    program: tuple[tuple[int, float], ...],
) -> None:
    engine = engine_with(
        ParameterSpec("a", default=0.5), ParameterSpec("b", low=-2.0, high=2.0, program=program)
    )
    expected = min(run_program(program, [0.5, 0.0], [0.0, 0.0], [False, False]), 2.0)

    assert expected == value_after(engine, index=1)


def test_an_intermediate_result_beyond_float32_is_the_largest_number_it_can_hold() -> None:
    huge = ((Opcode.CONSTANT, 1e38), (Opcode.CONSTANT, 1e38), (Opcode.MULTIPLY, 0.0))
    program = (*huge, *huge, (Opcode.SUBTRACT, 0.0))
    engine = engine_with(ParameterSpec("a", low=-2.0, high=2.0, program=program))

    assert run_program(program, [0.0], [0.0], [False]) == value_after(engine)


@pytest.mark.parametrize("rise_s", [0.0, 0.1])
def test_a_parameter_recovers_from_a_value_that_is_not_a_number(rise_s: float) -> None:
    engine = engine_with(ParameterSpec("a", rise_s=rise_s))
    engine.set_parameter(0, math.nan)
    engine.pull(Q)
    engine.set_parameter(0, 0.5)

    assert value_after(engine, 48000) == pytest.approx(0.5, abs=1e-3)


CURVE = ((0.0, -60.0), (0.25, -20.0), (0.5, -20.0), (0.75, 0.0), (1.0, 6.0))


@pytest.mark.parametrize("x", [0.0, 0.1, 0.25, 0.4, 0.5, 0.74, 0.9, 1.0])
def test_a_curve_is_straight_between_its_points(x: float) -> None:
    engine = engine_with(ParameterSpec("a", default=x), mappings=(MappingSpec(0, k.MAP_PAN, 0, CURVE),))
    engine.pull(Q)
    actual = float(engine.memory["buses"][0]["control_pan"][0])

    assert naive.curve(CURVE, x) == pytest.approx(actual, abs=1e-4)


def test_a_curve_is_flat_beyond_its_ends() -> None:
    points = ((0.25, -0.5), (0.75, 0.5))
    expected, actual = [-0.5, 0.5], []
    for x in (0.0, 1.0):
        engine = engine_with(ParameterSpec("a", default=x), mappings=(MappingSpec(0, k.MAP_PAN, 0, points),))
        engine.pull(Q)
        actual.append(float(engine.memory["buses"][0]["control_pan"][0]))

    assert expected == actual


def test_a_curve_may_have_a_step() -> None:
    points = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (1.0, 1.0))
    engine = engine_with(ParameterSpec("a"), mappings=(MappingSpec(0, k.MAP_PAN, 0, points),))
    actual = []
    for x in (0.25, 0.499, 0.5, 0.75):
        engine.set_parameter(0, x)
        engine.pull(Q)
        actual.append(float(engine.memory["buses"][0]["control_pan"][0]))

    assert actual == [0.0, 0.0, 1.0, 1.0]


def test_a_parameter_turns_its_bus_up_without_python() -> None:
    engine = engine_of(
        parameters=(ParameterSpec("a"),),
        mappings=(MappingSpec(0, k.MAP_GAIN_DB, 0, ((0.0, -80.0), (1.0, -6.0))),),
    )
    engine.pull(4800)
    sound = add(engine, signals.constant(48000))
    start = [c.start_clip(engine.frame, 0, sound, 0)]
    silent = buses_of(engine, 4800, start)[0, 0]
    engine.set_parameter(0, 1.0)
    loud = buses_of(engine, 4800)[0, 0]

    assert np.abs(silent).max() < 1e-4
    assert loud[-1] == pytest.approx(10.0 ** (-6.0 / 20.0), abs=1e-3)
    assert np.abs(np.diff(loud)).max() < 1.0 / Q


def test_a_layer_that_a_parameter_keeps_silent_is_silent_from_the_start() -> None:
    engine = Engine(
        EngineSpec(
            parameters=(ParameterSpec("a"),),
            mappings=(MappingSpec(0, k.MAP_GAIN_DB, 0, ((0.0, -80.0), (1.0, 0.0))),),
        )
    )
    sound = add(engine, signals.constant(48000))
    audio = buses_of(engine, 4800, [c.start_clip(0, 0, sound, 0)])[0, 0]

    assert np.abs(audio).max() < 1e-4


def test_a_word_beyond_63_bits_survives_as_a_signed_integer() -> None:
    word = slot_word(-1.5, 0xFFFFFFFE)

    assert word == signed(word) & 0xFFFFFFFFFFFFFFFF
    assert signed(word) < 0
    engine = engine_with(ParameterSpec("a", low=-2.0))
    engine.post([c.set_parameter(0, 0, 0, signed(word))])

    assert value_after(engine) == -1.5
