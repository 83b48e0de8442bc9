"""Converts settings to the values of kernel records, before the first frame and for live edits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from adaptive.engine.spec import BusSpec, ParameterSpec
from adaptive.kernel import layout as k
from adaptive.units import db_to_gain

OPEN_HZ = 20000.0
"""A low-pass at this cutoff is open."""

RATE_READINGS = 8.0
"""Readings over whose expected time a rate is a mean, as in `adaptive.kernel.input_health`."""

PAN_UNKNOWN = 2.0
"""Outside the range of a pan: the kernel computes the pan gains of such a bus anew."""


def smoothing_share(seconds: float, frames: float, sample_rate: float, left: float = 0.01) -> float:
    """Return the share a one-pole has still to go after `frames`, if `left` remains after `seconds`."""
    if seconds <= 0.0:
        return 0.0
    return float(left ** (frames / (seconds * sample_rate)))


def clear_buses(groups: Any) -> None:
    """Set every bus of all groups to its neutral state: unchanged signal, straight to the master."""
    groups["output"], groups["first_event"] = -1, -1
    groups["first_send"] = -1
    for ramp in ("gain", "duck"):
        groups[f"{ramp}_from"], groups[f"{ramp}_to"] = 1.0, 1.0
    groups["cutoff_from"], groups["cutoff_to"] = OPEN_HZ, OPEN_HZ
    groups["control_gain"], groups["control_gain_now"] = 1.0, 1.0
    groups["pan_aimed"] = PAN_UNKNOWN
    groups["control_cutoff"] = OPEN_HZ


def fill_bus(groups: Any, index: int, bus: BusSpec) -> None:
    """Write the settings of a bus into its column."""
    group, column = groups[index // k.PAIRS], index % k.PAIRS
    to_master = -1 if bus.placed is None else k.PANNED
    group["output"][column] = to_master if bus.output is None else bus.output
    group["channel"][column] = bus.channel
    group["gain_from"][column] = group["gain_to"][column] = bus.gain
    group["pan_from"][column] = group["pan_to"][column] = bus.pan
    group["cutoff_from"][column] = group["cutoff_to"][column] = bus.cutoff_hz
    group["has_inserts"][column] = bool(bus.inserts)


def reset_bus(groups: Any, index: int) -> None:
    """Reset ramps, controls and sends of a bus at rest, so that it can be used for another owner."""
    group, column = groups[index // k.PAIRS], index % k.PAIRS
    for ramp, rest in (("gain", 1.0), ("duck", 1.0), ("pan", 0.0), ("cutoff", OPEN_HZ)):
        group[f"{ramp}_frames"][column] = 0
        group[f"{ramp}_from"][column] = group[f"{ramp}_to"][column] = rest
    group["control_gain"][column] = group["control_gain_now"][column] = 1.0
    group["control_pan"][column] = group["control_pan_now"][column] = 0.0
    group["control_cutoff"][column] = OPEN_HZ
    group["first_send"][column] = -1


def settle_bus(groups: Any, index: int, values: Mapping[int, float]) -> None:
    """Set a silent bus to the values of its curves, by kind of curve, and its gain line to the result."""
    group, column = groups[index // k.PAIRS], index % k.PAIRS
    if k.MAP_GAIN_DB in values:
        gain = db_to_gain(values[k.MAP_GAIN_DB])
        group["control_gain"][column] = group["control_gain_now"][column] = gain
    if k.MAP_PAN in values:
        group["control_pan"][column] = group["control_pan_now"][column] = values[k.MAP_PAN]
    if k.MAP_CUTOFF in values:
        group["control_cutoff"][column] = values[k.MAP_CUTOFF]
    pan = float(group["pan_from"][column] + group["control_pan_now"][column])
    angle = (min(1.0, max(-1.0, pan)) + 1.0) * math.pi / 4.0
    gain = float(group["gain_from"][column] * group["control_gain_now"][column])
    group["line_value"][2 * column] = gain * math.sqrt(2.0) * math.cos(angle)
    group["line_value"][2 * column + 1] = gain * math.sqrt(2.0) * math.sin(angle)


def fill_new_parameter(record: Any, spec: ParameterSpec, index: int, sample_rate: int) -> None:
    """Write a parameter that was never set: value at the default, kind of smoothing, row of its program."""
    record["default"] = record["target"] = record["value"] = record["sent"] = spec.default
    record["cadence"] = record["is_refused"] = 0
    record["accepted"], record["readings_taken"] = spec.default, 0
    record["is_doubtful"] = record["is_slow"] = record["refused_count"] = 0
    record["activity"] = RATE_READINGS
    record["is_linear"] = spec.is_linear
    record["program"] = -1 if spec.program is None else index
    fill_parameter(record, spec, sample_rate)


def fill_parameter(record: Any, spec: ParameterSpec, sample_rate: int) -> None:
    """Write the settings of a parameter; its kind of smoothing and its running state stay unchanged."""
    record["is_circular"] = spec.is_circular
    record["low"], record["high"], record["default"] = spec.low, spec.high, spec.default
    for key, seconds in (("rise", spec.rise_s), ("fall", spec.fall_s)):
        if spec.is_linear:
            quanta = max(1.0, seconds * sample_rate / k.QUANTUM)
            record[key] = (spec.high - spec.low) / quanta
        else:
            record[key] = smoothing_share(seconds, k.QUANTUM, sample_rate)
    stale_s = spec.stale_after_s
    record["stale_frames"] = 0 if stale_s is None else max(1, round(stale_s * sample_rate))
    record["fallback_value"] = spec.fallback or 0.0
    record["decay"] = smoothing_share(spec.decay_s or 0.0, k.QUANTUM, sample_rate)
    record["fallback_row"] = spec.fallback_row or 0
    record["fallback"] = _fallback_kind(spec)
    record["most_per_s"] = spec.max_change_per_s or 0.0
    record["outlier_sigmas"] = spec.outlier_sigmas or 0.0
    rate_hz = spec.expected_rate_hz
    quanta = 0.0 if rate_hz is None else RATE_READINGS / rate_hz * sample_rate / k.QUANTUM
    record["rate_keep"] = 0.0 if rate_hz is None else math.exp(-1.0 / max(quanta, 1.0))
    if rate_hz is None:
        record["is_slow"], record["activity"] = 0, RATE_READINGS


def _fallback_kind(spec: ParameterSpec) -> int:
    if spec.fallback_row is not None:
        return k.FALLBACK_PARAMETER
    if spec.fallback is None:
        return k.FALLBACK_HOLD
    return k.FALLBACK_VALUE if spec.decay_s is None else k.FALLBACK_DECAY


def fill_programs(rows: Any, parameters: Sequence[ParameterSpec]) -> None:
    """Write the programs of derived parameters, each into the row of its parameter."""
    for row, parameter in zip(rows, parameters, strict=False):
        fill_program(row, parameter)


def fill_program(row: Any, parameter: ParameterSpec) -> None:
    """Write the program of a derived parameter; any other parameter gets an empty one."""
    program = parameter.program or ()
    row["length"] = len(program)
    for step, (opcode, operand) in enumerate(program):
        row["opcode"][step], row["operand"][step] = opcode, operand
