"""A transient shaper: makes the beginning of each sound, and what rings after it, louder or softer.

It compares envelopes of the louder side, so it works alike on quiet and loud sounds.  A peak envelope falls
with 60 ms; smoothed with 1 ms and with 20 ms, its two smoothed forms differ while a sound begins.  Another
one falls with 1 s; it stands above the first while a sound decays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.levels import kept_share, log2
from adaptive.kernel.dsp.maths import F32, OCTAVES_PER_DB, ONE, ZERO, exp2
from adaptive.kernel.layout import HEADER, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Parameter, Processor
from adaptive.kernel.processors.insert import KEEPS, begin_columns, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group

Q = np.int64(QUANTUM)
ROW = np.int64(4) * Q

PARAMETERS = (
    Parameter("attack_db", -24.0, 24.0, 6.0, "Level added to the beginning of each sound."),
    Parameter("sustain_db", -24.0, 24.0, 0.0, "Level added to what rings after it."),
)  # fmt: skip
ATTACK, SUSTAIN = range(len(PARAMETERS))

ENVELOPES = 5
PEAK, QUICK, SLOW, LONG, GAIN = range(ENVELOPES)
"""Peak that falls with 60 ms, its smoothed forms, peak that falls with 1 s, and the gain in octaves."""

PEAK_MS, QUICK_MS, SLOW_MS, LONG_MS, GAIN_MS = F32(60.0), F32(1.0), F32(20.0), F32(1000.0), F32(0.5)
FLOOR = F32(1e-4)
"""Added to every envelope, -80 dB: noise below it is not shaped."""

WHOLE_OCTAVES = F32(2.0)
"""Difference of two envelopes (12 dB) at which the whole level is added."""

LEAST_OCTAVES = F32(1.0 / 6.0)
"""Difference (1 dB) that is passed over: the ripple of a steady low tone."""

TRANSIENT_SHAPER_GROUP = insert_group(
    PARAMETERS,
    [("envelope", "f4", (ENVELOPES, PAIRS)), ("level", "f4", (len(PARAMETERS), PAIRS))],
)


@rtsafe
def share_of(octaves: float) -> float:
    """Share of a level that is added for a difference of two envelopes."""
    return min(max(octaves - LEAST_OCTAVES, ZERO) / WHOLE_OCTAVES, ONE)


@rtsafe
def shape_column(group: Any, column: int, header: Any) -> None:
    """Shape one column for a quantum."""
    rate, at = F32(header["sample_rate"]), row_of(group, column, header)
    attack_goal = group["now"][ATTACK, column] * OCTAVES_PER_DB
    sustain_goal = group["now"][SUSTAIN, column] * OCTAVES_PER_DB
    if group["is_new"][column] == 1:
        group["level"][ATTACK, column], group["level"][SUSTAIN, column] = attack_goal, sustain_goal
    attack, sustain = group["level"][ATTACK, column], group["level"][SUSTAIN, column]
    attack_step = (attack_goal - attack) * F32(1.0 / QUANTUM)
    sustain_step = (sustain_goal - sustain) * F32(1.0 / QUANTUM)
    peak_kept, quick_kept = kept_share(PEAK_MS, rate), kept_share(QUICK_MS, rate)
    slow_kept, long_kept, gain_kept = (
        kept_share(SLOW_MS, rate),
        kept_share(LONG_MS, rate),
        kept_share(GAIN_MS, rate),
    )
    states = group["envelope"]
    peak, quick, slow = states[PEAK, column], states[QUICK, column], states[SLOW, column]
    long, gain = states[LONG, column], states[GAIN, column]
    left, right = carray(pointer(at), Q, np.float32), carray(pointer(at + ROW), Q, np.float32)
    for i in range(Q):
        level = max(abs(left[i]), abs(right[i]))
        peak, long = max(level, peak * peak_kept), max(level, long * long_kept)
        quick, slow = peak + (quick - peak) * quick_kept, peak + (slow - peak) * slow_kept
        begins = share_of(log2((quick + FLOOR) / (slow + FLOOR)))
        rings = share_of(log2((long + FLOOR) / (peak + FLOOR)))
        frame = F32(np.int32(i))
        wanted = begins * (attack + attack_step * frame) + rings * (sustain + sustain_step * frame)
        gain = wanted + (gain - wanted) * gain_kept
        factor = exp2(gain)
        left[i] *= factor
        right[i] *= factor
    states[PEAK, column], states[QUICK, column], states[SLOW, column] = peak, quick, slow
    states[LONG, column], states[GAIN, column] = long, gain
    group["level"][ATTACK, column], group["level"][SUSTAIN, column] = attack_goal, sustain_goal


@rtsafe
def shape(group: Any, columns: int, header: Any) -> None:
    """Shape the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, np.int64(0))
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column):
            shape_column(group, column, header)
            if end_column(group, column, header) != KEEPS:
                for number in range(np.int64(ENVELOPES)):
                    group["envelope"][number, column] = ZERO


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Shape the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), TRANSIENT_SHAPER_GROUP)[0]
    shape(group, columns, header)
    return np.int32(0)


TRANSIENT_SHAPER = Processor(
    "transient_shaper",
    "A transient shaper: more or less of the beginning of each sound, and of what rings after it.",
    unit,
    TRANSIENT_SHAPER_GROUP,
    PARAMETERS,
)
