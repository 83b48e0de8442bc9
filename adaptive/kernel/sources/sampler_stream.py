"""Voices whose recordings are streamed from disk; see `chunk_marks`."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.interpolate import SHORT_TAPS
from adaptive.kernel.sources.chunk_marks import AHEAD, ENOUGH, FADE_QUANTA, is_in_memory
from adaptive.kernel.sources.sampler_frames import ONE_FRAME, PLACE_BITS, WRAP_AFTER

TAPS = np.int64(SHORT_TAPS)


@rtsafe
def voice_has_frames(group: Any, region: Any, lane: int, output_frames: int) -> bool:
    """Whether all that a voice reads in so many frames (int64) of output is in memory."""
    position = group["position"][lane] >> PLACE_BITS
    step = max(group["step"][lane], group["resting_step"][lane])  # 0 where it is to be computed anew
    behind = position + ((step * output_frames) >> PLACE_BITS) + TAPS
    first = position - TAPS
    if group["is_plain"][lane] == 1 or region["loop_end"] == 0:
        marks = region["at_plain_marks"] if group["is_plain"][lane] == 1 else region["at_marks"]
        return is_in_memory(marks, region["frames"], first, behind)
    end = region["loop_end"] + WRAP_AFTER
    if not is_in_memory(region["at_marks"], end, first, behind):
        return False
    if region["loops_until_release"] == 1:  # it may leave the loop within the quantum
        if not is_in_memory(region["at_plain_marks"], region["frames"], first, behind):
            return False
    if behind <= end:
        return True
    start = region["loop_end"] - region["loop_frames"]
    over = min(behind - end, region["loop_frames"]) + WRAP_AFTER + TAPS
    return is_in_memory(region["at_marks"], end, start, start + over)


@rtsafe
def begin_stream(group: Any, sampler: Any, region: Any, lane: int) -> None:
    """Decide whether a voice that starts is heard at once."""
    group["missing"][lane] = np.int32(0)
    if region["at_marks"] != 0 and not voice_has_frames(group, region, lane, AHEAD):
        group["missing"][lane] = FADE_QUANTA
        sampler["starved"] += ONE_FRAME


@rtsafe
def watch_voice(group: Any, sampler: Any, region: Any, lane: int) -> None:
    """Look for the frames that a voice needs next, before a quantum."""
    missing = group["missing"][lane]
    if voice_has_frames(group, region, lane, ENOUGH if missing > 0 else AHEAD):
        group["missing"][lane] = max(missing - np.int32(1), np.int32(0))
    elif missing < FADE_QUANTA:
        if missing == 0:
            sampler["starved"] += ONE_FRAME
        group["missing"][lane] = missing + np.int32(1)
