"""A heart rate that leaps onto the cadence is not the heart's: the value before it stays.

Straps and optical sensors show the cadence when they lose the pulse.  The conductor tells the kernel the
runner's cadence (`SET_CADENCE`) for the parameter that a preset names as the heart rate; all others are left
as they are.  It is decided where values arrive, so that curves, conditions and derived parameters agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import ZERO

F32: Any = np.float32
LEAP = F32(12.0)
"""A heart does not beat so much faster, in beats a minute, from one reading to the next."""

LEAP_PER_S = F32(1.0)
"""What is added to `LEAP` for each second between the readings: after a gap a heart may have gone on."""

LONGEST_GAP_S = F32(20.0)
"""After so long without a reading, whatever comes is believed."""

NEAR = F32(0.03)
"""A heart rate shows the cadence, or half of it (one foot), within this share."""

HALF = F32(0.5)


@rtsafe
def is_near(value: float, cadence: float) -> bool:
    """Whether a value is a cadence, within `NEAR`."""
    return abs(value - cadence) <= NEAR * cadence


@rtsafe
def is_refused(parameter: Any, value: float, frame: int, sample_rate: float) -> bool:
    """Whether a value that arrives is the cadence, and not the heart rate; remembers it until it has left.

    `value` is clamped to the range; `frame` is that of its arrival.
    """
    cadence = parameter["cadence"]
    is_on_cadence = cadence > ZERO and (is_near(value, cadence) or is_near(value, cadence * HALF))
    if not is_on_cadence or parameter["has_arrived"] == 0:
        parameter["is_refused"] = np.int32(0)
        return False
    if parameter["is_refused"] == 1:
        return True
    gap_s = F32(F32(frame - parameter["arrival_frame"]) / sample_rate)
    distance = abs(value - parameter["target"])
    if gap_s <= LONGEST_GAP_S and distance >= LEAP + LEAP_PER_S * gap_s:
        parameter["is_refused"] = np.int32(1)
        return True
    return False
