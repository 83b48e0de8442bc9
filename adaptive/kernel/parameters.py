"""Parameters in the kernel: slot → smoothing → history → curve → gain, pan, cutoff, send.

All of this is evaluated once a quantum, for its end, without Python.  A value written to its slot is heard
in the next quantum even if the interpreter is blocked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import HALF, ONE, ZERO, gain_of_db
from adaptive.kernel.input_health import become_stale, fall_back, health_of, is_implausible, watch_rate
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, REPLY_APPLIED
from adaptive.kernel.leap_guard import is_refused
from adaptive.kernel.schedule import reply

F32: Any = np.float32
LARGEST = F32(np.finfo(np.float32).max)
(
    CONSTANT,
    LOAD,
    AGE,
    STALE,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MINIMUM,
    MAXIMUM,
    ABSOLUTE,
    NEGATE,
    LESS,
    LESS_EQUAL,
    GREATER,
    GREATER_EQUAL,
    EQUAL,
    NOT_EQUAL,
    AND,
    OR,
    NOT,
    HEALTHY,
) = range(22)
"""Opcodes of derived parameters, the same as in `adaptive.preset.program.Opcode`.

The kernel may not import the preset: ``tests/unit/kernel/test_parameters.py`` checks that both are equal.
"""


@rtsafe
def newest(slots: Any, seen: Any, ranks: Any, parameter: int, source_count: int) -> int:
    """Source with a new value: the highest rank wins, among equals the latest arrival.

    Returns -1 if no source has written, or if the winning value was read before.
    """
    best = np.int64(-1)
    best_number = np.uint32(0)
    for source in range(source_count):
        number = np.uint32(slots[source, parameter] >> np.uint64(32))
        if number == 0:
            continue
        if (
            best < 0
            or ranks[source] > ranks[best]
            or (ranks[source] == ranks[best] and np.int32(number - best_number) > 0)
        ):
            best = np.int64(source)
            best_number = number
    if best >= 0 and seen[parameter] == best_number:
        return np.int64(-1)
    if best >= 0:
        seen[parameter] = best_number
    return best


@rtsafe
def read_slots(
    header: Any, parameters: Any, slots: Any, slot_bits: Any, seen: Any, ranks: Any, frame: int
) -> None:
    """Read new values from the slots, clamp and report them, and mark parameters that have gone stale."""
    sample_rate = F32(header["sample_rate"])
    for index in range(header["parameter_count"]):
        parameter = parameters[index]
        if parameter["program"] >= 0:
            continue
        source = newest(slots, seen, ranks, index, header["source_count"])
        if source >= 0:
            value = slot_bits[source, np.int64(2) * index]
            if value != value:  # not a number: the previous target stays
                continue
            value = min(max(value, parameter["low"]), parameter["high"])
            parameter["sent"] = value
            if not is_implausible(parameter, value, frame, sample_rate):
                if not is_refused(parameter, value, frame, sample_rate):
                    parameter["target"] = value
                parameter["arrival_frame"] = frame
                parameter["has_arrived"] = np.int32(1)
                parameter["is_stale"] = np.int32(0)
            reply(
                header,
                np.int32(REPLY_APPLIED),
                np.int32(source),
                frame,
                frame,
                np.int32(index),
                value,
            )
        watch_rate(parameter)
        if parameter["stale_frames"] > 0 and parameter["is_stale"] == 0:
            if frame - parameter["arrival_frame"] > parameter["stale_frames"]:
                become_stale(parameter)
        if parameter["is_stale"] == 1:
            fall_back(parameter, parameters)


@rtsafe
def short_of(value: float, target: float, round_: float) -> float:
    """The target of a value on a circle, or the same a turn away, whichever is nearer."""
    return target - round_ * F32(np.floor((target - value) / round_ + HALF))


@rtsafe
def come_round(parameter: Any) -> None:
    """Bring a value on a circle back into its range."""
    low, high, value = parameter["low"], parameter["high"], parameter["value"]
    if value < low:
        parameter["value"] = min(value + (high - low), high)
    elif value > high:
        parameter["value"] = max(value - (high - low), low)


@rtsafe
def smooth(parameter: Any) -> None:
    """Move a parameter's value towards its target by one quantum."""
    value, target = parameter["value"], parameter["target"]
    if value == target:
        return
    if parameter["is_circular"] == 1:
        target = short_of(value, target, parameter["high"] - parameter["low"])
    share = parameter["rise"] if target > value else parameter["fall"]
    if parameter["is_linear"] == 1:
        step = min(max(target - value, -share), share)
        parameter["value"] = value + step
    else:
        moved = target + (value - target) * share
        # one pole never reaches its target: within a millionth of the range it is set to it
        if abs(moved - target) <= F32(1e-6) * (parameter["high"] - parameter["low"]):
            moved = target
        parameter["value"] = moved
    if parameter["is_circular"] == 1:
        come_round(parameter)


@rtsafe
def as_number(condition: bool) -> float:
    """1.0 for true, 0.0 for false."""
    return ONE if condition else ZERO


@rtsafe
def clamped_to_float32(value: float) -> float:
    """Clamp a result to finite float32, as the expression language defines."""
    return min(max(value, -LARGEST), LARGEST)


@rtsafe
def combined(opcode: int, a: float, b: float) -> float:
    """Result of an instruction with two operands; dividing by zero gives 0."""
    if opcode == ADD:
        return clamped_to_float32(a + b)
    if opcode == SUBTRACT:
        return clamped_to_float32(a - b)
    if opcode == MULTIPLY:
        return clamped_to_float32(a * b)
    if opcode == DIVIDE:
        return ZERO if b == ZERO else clamped_to_float32(a / b)
    if opcode == MINIMUM:
        return min(a, b)
    if opcode == MAXIMUM:
        return max(a, b)
    if opcode == LESS:
        return as_number(a < b)
    if opcode == LESS_EQUAL:
        return as_number(a <= b)
    if opcode == GREATER:
        return as_number(a > b)
    if opcode == GREATER_EQUAL:
        return as_number(a >= b)
    if opcode == EQUAL:
        return as_number(a == b)
    if opcode == NOT_EQUAL:
        return as_number(a != b)
    if opcode == AND:
        return as_number(a != ZERO and b != ZERO)
    return as_number(a != ZERO or b != ZERO)


@rtsafe
def age_seconds(parameter: Any, frame: int, sample_rate: float) -> float:
    """Seconds since a parameter last arrived, or since the start if it never did."""
    return F32(F32(frame - max(parameter["arrival_frame"], np.int64(0))) / sample_rate)


@rtsafe
def run_program(program: Any, parameters: Any, frame: int, sample_rate: float) -> float:
    """Evaluate a derived parameter on a stack machine of float32 values."""
    stack = program["stack"]
    top = np.int64(0)
    for step in range(program["length"]):
        opcode, operand = program["opcode"][step], program["operand"][step]
        if opcode == CONSTANT:
            stack[top] = operand
            top += np.int64(1)
        elif opcode == LOAD:
            stack[top] = parameters[np.int64(operand)]["value"]
            top += np.int64(1)
        elif opcode == AGE:
            stack[top] = age_seconds(parameters[np.int64(operand)], frame, sample_rate)
            top += np.int64(1)
        elif opcode == STALE:
            stack[top] = F32(parameters[np.int64(operand)]["is_stale"])
            top += np.int64(1)
        elif opcode == HEALTHY:
            stack[top] = as_number(health_of(parameters[np.int64(operand)]) == ZERO)
            top += np.int64(1)
        elif opcode == ABSOLUTE:
            stack[top - np.int64(1)] = abs(stack[top - np.int64(1)])
        elif opcode == NEGATE:
            stack[top - np.int64(1)] = -stack[top - np.int64(1)]
        elif opcode == NOT:
            stack[top - np.int64(1)] = as_number(stack[top - np.int64(1)] == ZERO)
        else:
            top -= np.int64(1)
            a, b = stack[top - np.int64(1)], stack[top]
            stack[top - np.int64(1)] = combined(opcode, a, b)
    return stack[np.int64(0)]


@rtsafe
def update_parameters(header: Any, parameters: Any, programs: Any, frame: int) -> None:
    """Evaluate derived parameters and smooth all parameters, in order of declaration."""
    sample_rate = F32(header["sample_rate"])
    for index in range(header["parameter_count"]):
        parameter = parameters[index]
        if parameter["program"] >= 0:
            value = run_program(programs[parameter["program"]], parameters, frame, sample_rate)
            parameter["target"] = min(max(value, parameter["low"]), parameter["high"])
        smooth(parameter)


@rtsafe
def curve_at(mapping: Any, x: float) -> float:
    """Value of a curve at `x`: linear between its points, constant beyond them."""
    xs, ys, count = mapping["x"], mapping["y"], np.int64(mapping["count"])
    if x <= xs[np.int64(0)]:
        return ys[np.int64(0)]
    for i in range(np.int64(1), count):
        if x < xs[i]:
            width = xs[i] - xs[i - np.int64(1)]
            share = (x - xs[i - np.int64(1)]) / width
            return ys[i - np.int64(1)] + (ys[i] - ys[i - np.int64(1)]) * share
    return ys[count - np.int64(1)]


@rtsafe
def apply_mappings(header: Any, parameters: Any, mappings: Any) -> None:
    """Set what parameters control: gains, pans, cutoffs, sends, parameters of inserts."""
    for index in range(header["mapping_count"]):
        mapping = mappings[index]
        value = curve_at(mapping, parameters[mapping["parameter"]]["value"])
        cell = carray(pointer(mapping["cell"]), np.int64(1), np.float32)
        cell[0] = gain_of_db(value) if mapping["is_level"] == 1 else value


@rtsafe
def record_step(header: Any, parameters: Any, history: Any, frame: int) -> None:
    """Record a control step for the conductor: value, age, health, target, and what was sent."""
    control_step = frame // np.int64(CONTROL_STEP_FRAMES)
    row = control_step % header["history_steps"]
    sample_rate = F32(header["sample_rate"])
    for index in range(header["parameter_count"]):
        parameter = parameters[index]
        history[row, index, np.int64(0)] = parameter["value"]
        history[row, index, np.int64(1)] = age_seconds(parameter, frame, sample_rate)
        history[row, index, np.int64(2)] = health_of(parameter)
        history[row, index, np.int64(3)] = parameter["target"]
        history[row, index, np.int64(4)] = parameter["sent"]
