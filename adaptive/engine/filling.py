"""From settings to the numbers of a record: used before the first frame, and when what plays is edited."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from adaptive.engine.spec import MappingSpec, ParameterSpec
from adaptive.kernel import layout as k


def smoothing_share(seconds: float, frames: float, sample_rate: float, left: float = 0.01) -> float:
    """Share of the way a one-pole has left after `frames`, if `left` remains after `seconds`."""
    if seconds <= 0.0:
        return 0.0
    return float(left ** (frames / (seconds * sample_rate)))


def fill_parameter(record: Any, spec: ParameterSpec, sample_rate: int) -> None:
    """Write a parameter's settings into its record, leaving its law and its running state alone."""
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
    record["fallback"] = spec.fallback is not None


def fill_programs(rows: Any, parameters: Sequence[ParameterSpec]) -> None:
    """Write the programs of derived parameters, each at its parameter's place."""
    for row, parameter in zip(rows, parameters, strict=False):
        program = parameter.program or ()
        row["length"] = len(program)
        for step, (opcode, operand) in enumerate(program):
            row["opcode"][step], row["operand"][step] = opcode, operand


def fill_mappings(rows: Any, mappings: Sequence[MappingSpec]) -> None:
    """Write curves."""
    for row, mapping in zip(rows, mappings, strict=False):
        row["parameter"], row["kind"] = mapping.parameter, mapping.kind
        row["target"], row["index"] = mapping.bus, mapping.send
        row["count"] = len(mapping.points)
        for number, (x, y) in enumerate(mapping.points):
            row["x"][number], row["y"][number] = x, y


def line_feedback(frames: float, sample_rate: int, decay_s: float) -> float:
    """Gain of a reverb's line (Jot & Chaigne 1991): m frames lose 60 dB · m / (rate · decay)."""
    return float(10.0 ** (-3.0 * frames / (sample_rate * decay_s)))


def low_cut_share(low_cut_hz: float, sample_rate: int) -> float:
    """Share of a one-pole low cut."""
    return 1.0 - math.exp(-2.0 * math.pi * low_cut_hz / sample_rate)
