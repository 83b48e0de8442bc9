"""Health of what is sent to a parameter: its rate, its largest slew, its outliers, its fallback.

Everything is decided where values arrive, in frames, so that curves, conditions, derived parameters and a
rendered recording agree.  A reading that is refused leaves value and age of the parameter as they are.

Outliers are found by the identifier of Hampel (1974): a reading is one if it lies further from the median of
the last readings than a number of standard deviations, which are estimated as 1.4826 times the median of the
absolute distances from that median.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import ZERO
from adaptive.kernel.layout import (
    FALLBACK_DECAY,
    FALLBACK_PARAMETER,
    FALLBACK_VALUE,
    HEALTH_DOUBTFUL,
    HEALTH_READINGS,
    HEALTH_SLOW,
    HEALTH_STALE,
)

F32: Any = np.float32
FEWEST_READINGS = 3
"""With fewer readings none is an outlier."""

SIGMA_PER_MAD = F32(1.4826)
"""Standard deviation of a normal distribution, per median absolute deviation."""

LEAST_DISTANCE = F32(0.01)
"""Share of the range within which nothing is an outlier: the deviation of a quiet sensor is 0."""

RATE_READINGS = F32(8.0)
"""The rate is a mean over the time of so many expected readings."""

SLOW_READINGS, STEADY_READINGS = F32(4.0), F32(5.6)
"""Fewer readings in that time make a parameter slow, more make it steady again: 0.56 and 0.65 of the rate."""


@rtsafe
def distance(parameter: Any, one: float, other: float) -> float:
    """Distance between two values; of a circular parameter the short way round."""
    apart = abs(one - other)
    if parameter["is_circular"] == 1:
        return min(apart, abs(parameter["high"] - parameter["low"] - apart))
    return apart


@rtsafe
def sorted_middle(numbers: Any, count: int) -> float:
    """Sort the first `count` numbers in place and return the middle one; of an even count the upper."""
    for i in range(np.int64(1), count):
        number = numbers[i]
        j = np.int64(i)
        while j > np.int64(0) and numbers[j - np.int64(1)] > number:
            numbers[j] = numbers[j - np.int64(1)]
            j -= np.int64(1)
        numbers[j] = number
    return numbers[count >> np.int64(1)]


@rtsafe
def is_outlier(parameter: Any, value: float) -> bool:
    """Keep a reading among the last ones, and return whether it is an outlier of these."""
    readings, scratch = parameter["readings"], parameter["scratch"]
    place = np.int64(parameter["readings_taken"]) % np.int64(HEALTH_READINGS)
    readings[place] = value
    parameter["readings_taken"] += np.int32(1)
    count = min(np.int64(parameter["readings_taken"]), np.int64(HEALTH_READINGS))
    if np.int64(parameter["readings_taken"]) >= np.int64(2 * HEALTH_READINGS):
        parameter["readings_taken"] -= np.int32(HEALTH_READINGS)  # it counts on without an overflow
    if count < np.int64(FEWEST_READINGS):
        return False
    for i in range(count):
        scratch[i] = readings[i]
    median = sorted_middle(scratch, count)
    for i in range(count):
        scratch[i] = abs(readings[i] - median)
    deviation = SIGMA_PER_MAD * sorted_middle(scratch, count)
    least = LEAST_DISTANCE * (parameter["high"] - parameter["low"])
    return abs(value - median) > max(parameter["outlier_sigmas"] * deviation, least)


@rtsafe
def is_implausible(parameter: Any, value: float, frame: int, sample_rate: float) -> bool:
    """Whether a reading is refused: it moved faster than it can, or is an outlier.

    `value` is clamped to the range; `frame` is that of its arrival.  What cannot be reached in the time since
    the reading before can be a little later: a change that lasts is believed after a while.
    """
    is_refused = False
    if parameter["most_per_s"] > ZERO and parameter["has_arrived"] == 1:
        seconds = F32(F32(frame - parameter["arrival_frame"]) / sample_rate)
        is_refused = distance(parameter, value, parameter["accepted"]) > parameter["most_per_s"] * seconds
    if parameter["outlier_sigmas"] > ZERO and is_outlier(parameter, value):
        is_refused = True
    if is_refused:
        parameter["is_doubtful"] = np.int32(1)
        parameter["refused_count"] += np.int64(1)
    else:
        parameter["is_doubtful"] = np.int32(0)
        parameter["accepted"] = value
        parameter["activity"] += F32(1.0)
    return is_refused


@rtsafe
def watch_rate(parameter: Any) -> None:
    """Let a quantum pass for the rate of a parameter that is expected to arrive regularly."""
    if parameter["rate_keep"] <= ZERO or parameter["has_arrived"] == 0:  # before the first there is no rate
        return
    parameter["activity"] *= parameter["rate_keep"]
    if parameter["is_slow"] == 0:
        if parameter["activity"] < SLOW_READINGS:
            parameter["is_slow"] = np.int32(1)
    elif parameter["activity"] > STEADY_READINGS:
        parameter["is_slow"] = np.int32(0)


@rtsafe
def become_stale(parameter: Any) -> None:
    """Mark a parameter as stale; what comes next is not compared with what came before the silence."""
    parameter["is_stale"] = np.int32(1)
    parameter["readings_taken"] = np.int32(0)


@rtsafe
def fall_back(parameter: Any, parameters: Any) -> None:
    """Set the target of a stale parameter."""
    if parameter["fallback"] == FALLBACK_VALUE:
        parameter["target"] = parameter["fallback_value"]
    elif parameter["fallback"] == FALLBACK_DECAY:
        apart = parameter["target"] - parameter["fallback_value"]
        parameter["target"] = parameter["fallback_value"] + apart * parameter["decay"]
    elif parameter["fallback"] == FALLBACK_PARAMETER:
        value = parameters[parameter["fallback_row"]]["value"]
        parameter["target"] = min(max(value, parameter["low"]), parameter["high"])


@rtsafe
def health_of(parameter: Any) -> float:
    """What a parameter suffers from: 0, or a sum of bits `HEALTH_…`."""
    bits = np.int32(0)
    if parameter["is_stale"] == 1:
        bits |= np.int32(HEALTH_STALE)
    if parameter["is_slow"] == 1:
        bits |= np.int32(HEALTH_SLOW)
    if parameter["is_doubtful"] == 1 or parameter["is_refused"] == 1:
        bits |= np.int32(HEALTH_DOUBTFUL)
    return F32(bits)
