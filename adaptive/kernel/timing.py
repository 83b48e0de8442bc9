"""Callback durations: a histogram with bins of an eighth of an octave, updated by the callback."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.atomic import bits_of_float
from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.layout import TIME_BINS

FIRST_BIN = np.int32((127 + 7) * 8)
"""Exponent and first three bits of 128.0 as a float32, shifted down by 20."""


@rtsafe
def time_bin(duration_ns: int) -> int:
    """Bin of a duration: exponent and first three mantissa bits of its float32 count eighths of an octave."""
    index = (bits_of_float(np.float32(duration_ns)) >> np.int32(20)) - FIRST_BIN
    return np.int64(min(max(index, np.int32(0)), np.int32(TIME_BINS - 1)))


@rtsafe
def note_time(telemetry: Any, began: int, ended: int, frames: int, sample_rate: float) -> None:
    """Add one callback to the telemetry: its duration, and the gap since the previous one began."""
    duration = ended - began
    telemetry["callbacks"] += np.int64(1)
    telemetry["busy_ns"] += duration
    telemetry["longest_ns"] = max(telemetry["longest_ns"], duration)
    telemetry["time_bins"][time_bin(duration)] += np.int64(1)
    if np.float64(duration) > np.float64(frames) * 1e9 / sample_rate:
        telemetry["over_budget"] += np.int64(1)
    if telemetry["last_ns"] > 0:
        gap = began - telemetry["last_ns"]
        telemetry["longest_gap_ns"] = max(telemetry["longest_gap_ns"], gap)
    telemetry["last_ns"] = began
