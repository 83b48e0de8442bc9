"""What a clip knows of the tempo map that it follows; `stretched_clips` renders it."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, ZERO
from adaptive.kernel.dsp.ramps import SHORT_SCALE
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.clip_record import STRETCHED_FRAMES

Q = np.int64(QUANTUM)
FLOAT = np.int64(4)
STRETCHED_ROW = np.int64(4 * STRETCHED_FRAMES)
HALF = 0.5
NEAR_END = np.int64(64)
"""Frames: a clip that is released so near to a loop point is released at it."""


@intrinsic
def as_double(_context: Any, _bits: Any) -> Any:
    """The float64 that has the bits of an int64."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), generate


@rtsafe
def follow_tempo(group: Any, column: int, command: Any, frame: int) -> None:
    """Give a clip a tempo map from this frame on.

    ``i0`` and ``i1`` are the bits of two float64: position, and frames of the sound in a frame of output.
    ``f0`` is the change of the latter a frame, ``f1`` the kind of stretch, ``f2`` the quantum of a hop.
    ``which`` is the number of the way that the part belongs to, negative for its first part: parts of a way
    that the clip does not go any more may still be in the schedule.
    """
    way = np.int32(command["which"])
    if group["state"][column] == 0 or (way >= 0 and way != group["way"][column]):
        return
    group["way"][column] = abs(way)
    group["map_frame"][column] = frame
    group["map_position"][column] = as_double(command["i0"])
    group["map_rate"][column] = as_double(command["i1"])
    group["map_rate_change"][column] = np.float64(command["f0"])
    group["stretch_kind"][column] = np.int32(command["f1"])
    group["hop_quantum"][column] = np.int32(command["f2"])
    if group["follows"][column] == 0:
        group["follows"][column] = np.int32(2)


@rtsafe
def mapped_position(group: Any, column: int, frame: int) -> float:
    """Position of a clip at a frame by its tempo map, in frames from beat 1 of its first pass (float64)."""
    elapsed = np.float64(frame - group["map_frame"][column])
    rate = group["map_rate"][column] + HALF * group["map_rate_change"][column] * elapsed
    return group["map_position"][column] + elapsed * rate


@rtsafe
def set_position(group: Any, column: int, position: int, loop_frames: int) -> None:
    """Set where a clip is: frames (int64) from beat 1 of its first pass."""
    passes = np.int64(0)
    if loop_frames > 0 and position > 0:
        passes = position // loop_frames
    group["position"][column] = position - passes * loop_frames
    group["passes"][column] = passes


@rtsafe
def played_so_far(group: Any, column: int, loop_frames: int) -> int:
    """Where a clip is: frames (int64) from beat 1 of its first pass."""
    return group["position"][column] + group["passes"][column] * loop_frames


@rtsafe
def end_stretch(group: Any, column: int, loop_frames: int, frame: int) -> None:
    """Let a stretched clip go on at its own speed, from where its tempo map has it at this frame."""
    position = np.int64(np.floor(mapped_position(group, column, frame) + HALF))
    if loop_frames > 0:
        beyond = (position + NEAR_END) % loop_frames - NEAR_END
        if abs(beyond) <= NEAR_END:
            position -= beyond
    set_position(group, column, position, loop_frames)
    group["at_stretched"][column] = np.int64(0)
    group["follows"][column] = np.int32(0)


@rtsafe
def stretched_sample(group: Any, column: int, lane: int, place: int) -> float:
    """A sample of a stretched clip on a lane, from two before this quantum (`place` -2) on."""
    side = lane % np.int64(2)
    address = group["at_stretched"][column] + side * STRETCHED_ROW + FLOAT * place
    return carray(pointer(address), np.int64(1), np.float32)[0]


@rtsafe
def sample_of(sound: Any, lane: int, at: int) -> float:
    """A sample (float32) of a sound, for the left or the right lane of a clip."""
    address = sound["left"] if lane % np.int64(2) == 0 else sound["right"]
    if sound["is_short"] != 0:
        return F32(carray(pointer(address), sound["frames"], np.int16)[at]) * SHORT_SCALE
    return carray(pointer(address), sound["frames"], np.float32)[at]


@rtsafe
def lean_residual(group: Any, column: int, lane: int, frame: int, decay: float) -> None:
    """Let the residual of a stretched clip that is cut go on with the slope with which the clip ends.

    A loop that is stretched ends anywhere in a wave, and not at 0.  Where r is the residual and c its lean,
    each frame makes ``r = (r + c) * decay`` and ``c = c * decay``; this c gives the first step.
    """
    place = frame % Q
    last = stretched_sample(group, column, lane, place - np.int64(1))
    before = stretched_sample(group, column, lane, place - np.int64(2))
    gain = group["line_value"][lane]
    value, step = last * gain, (last - before) * gain
    group["residual_lean"][lane] = (value + step) / decay - value


@rtsafe
def lean_to_tail(group: Any, column: int, sound: Any, lane: int, decay: float) -> None:
    """Take from the residual of a stretched clip what its tail sounds with from this frame on."""
    at = sound["origin"] + group["position"][column]
    total = ZERO
    for _ in range(group["passes"][column]):
        at += sound["loop_frames"]
        if at >= sound["frames"]:
            break
        if at >= 0:
            total += sample_of(sound, lane, at)
    value = total * group["line_value"][lane]
    group["residual"][lane] -= value
    group["residual_lean"][lane] -= value / decay - value
