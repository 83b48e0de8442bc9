"""Held cells: a held value over a curve over a number, by one mechanism for every number of the mixer.

A *cell* is the float32 that a level, a pan, a cutoff, a send, a place or a parameter of an insert moves to.
While it is held it is ``own · factor · (1 - share) + held · share``, or the same of logarithms where it moves
along ratios, or the short way round a circle of an angle, once a quantum, behind the curves; the kind of cell
says how it goes on to the sound (levels and sends over 8 ms, places over 20 ms, inserts over 43 ms).  Cells
that nothing holds cost nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2, log2
from adaptive.kernel.dsp.ramps import ramp_at
from adaptive.kernel.hold_record import HOLD
from adaptive.kernel.layout import LINEAR, QUANTUM

Q = np.int64(QUANTUM)
NONE = np.int64(-1)
TURN = F32(360.0)

SHORT_S = F32(0.0201)
"""Moves up to this length are there to avoid a click, which silence cannot make."""


@rtsafe
def short_way(degrees: float) -> float:
    """An angle of -180 to 180 degrees that leads to the same place."""
    return degrees - TURN * F32(np.floor(degrees / TURN + HALF))


@rtsafe
def blend(one: float, other: float, share: float, is_ratio: bool, is_angle: bool) -> float:
    """A value between two: by their difference, by their ratio if both are above 0, or round a circle.

    Differences and ratios are exact at both ends.
    """
    if is_angle:
        return one + short_way(other - one) * share
    if is_ratio and ZERO < share < ONE and one > ZERO and other > ZERO:
        return one * exp2(share * log2(other / one))
    # not one straight line between them: with a share of 1, the first must leave no trace
    return one * (ONE - share) + other * share


@rtsafe
def share_at(hold: Any, frame: int) -> float:
    """Share of the held value at a frame."""
    return ramp_at(
        hold["share_from"],
        hold["share_to"],
        hold["share_start"],
        hold["share_frames"],
        np.int32(LINEAR),
        frame,
    )


@rtsafe
def held_at(hold: Any, frame: int) -> float:
    """The held value at a frame."""
    is_ratio, is_angle = hold["is_ratio"] == 1, hold["is_angle"] == 1
    if is_ratio or is_angle:
        share = ramp_at(ZERO, ONE, hold["held_start"], hold["held_frames"], np.int32(LINEAR), frame)
        return blend(hold["held_from"], hold["held_to"], share, is_ratio, is_angle)
    return ramp_at(
        hold["held_from"], hold["held_to"], hold["held_start"], hold["held_frames"], np.int32(LINEAR), frame
    )


@rtsafe
def factor_at(hold: Any, frame: int) -> float:
    """By what the preset's own value is multiplied at a frame."""
    return ramp_at(
        hold["factor_from"],
        hold["factor_to"],
        hold["factor_start"],
        hold["factor_frames"],
        np.int32(LINEAR),
        frame,
    )


@rtsafe
def row_of_cell(header: Any, holds: Any, cell: int) -> int:
    """Row of a cell that is held; -1: it is not."""
    number = header["first_hold"]
    while number >= 0 and holds[number]["cell"] != cell:
        number = np.int64(holds[number]["next"])
    return number


@rtsafe
def new_row(header: Any, holds: Any, cell: int) -> int:
    """Link a free row to the cells that are held; -1: there is none."""
    number = header["free_hold"]
    if number < 0:
        return NONE
    hold = holds[number]
    header["free_hold"] = np.int64(hold["next"])
    hold["cell"], hold["share_from"], hold["share_to"] = cell, ZERO, ZERO
    hold["share_start"], hold["share_frames"] = np.int64(0), np.int64(0)
    hold["factor_from"], hold["factor_to"] = ONE, ONE
    hold["factor_start"], hold["factor_frames"] = np.int64(0), np.int64(0)
    hold["next"] = np.int32(header["first_hold"])
    header["first_hold"] = number
    return number


@rtsafe
def hold_cell(header: Any, command: Any, frame: int) -> None:
    """Hold a cell, or let it go, from a frame on that begins a quantum.

    Its address is `i1`, the value `f0`, its share `f1`, the preset's number `f2` and its factor `f3`, and the
    frames to get there `i0`.  Bit 0 of `which` says whether a curve writes it, bit 1 whether it moves along
    ratios, bit 2 whether round a circle.  If every row is in use, the cell stays as it is.
    """
    holds = carray(pointer(header["at_holds"]), header["hold_rows"], HOLD)
    number = row_of_cell(header, holds, command["i1"])
    if number < 0:
        number = new_row(header, holds, command["i1"])
    if number < 0:
        return
    hold, frames = holds[number], command["i0"]
    share = share_at(hold, frame)
    if command["f1"] > ZERO:
        # what was not held at all is blended in at its own value, from the first frame on
        hold["held_from"] = held_at(hold, frame) if share > ZERO else command["f0"]
        hold["held_to"] = command["f0"]
        hold["held_start"], hold["held_frames"] = frame, frames
    hold["factor_from"], hold["factor_to"] = factor_at(hold, frame), command["f3"]
    hold["factor_start"], hold["factor_frames"] = frame, frames
    hold["share_from"], hold["share_to"] = share, command["f1"]
    hold["share_start"], hold["share_frames"] = frame, frames
    which = command["which"]
    hold["has_curve"], hold["is_ratio"] = which & np.int32(1), (which >> np.int32(1)) & np.int32(1)
    hold["is_angle"] = which >> np.int32(2)
    hold["own"] = command["f2"]


@rtsafe
def apply_hold(hold: Any, frame: int) -> bool:
    """Write a cell for the end of a quantum; return whether it is held on."""
    cell = carray(pointer(hold["cell"]), np.int64(1), np.float32)
    if hold["has_curve"] == 1:
        hold["own"] = cell[0]
    end = frame + Q
    share = share_at(hold, end)
    factor = factor_at(hold, end)
    if share == ZERO and factor == ONE and end >= hold["share_start"] + hold["share_frames"]:
        cell[0] = hold["own"]
        return False
    is_ratio, is_angle = hold["is_ratio"] == 1, hold["is_angle"] == 1
    cell[0] = blend(hold["own"] * factor, held_at(hold, end), share, is_ratio, is_angle)
    return True


@rtsafe
def apply_holds(header: Any) -> None:
    """Write every cell that is held, behind the curves; free the rows of those that are let go."""
    if header["first_hold"] < 0:
        return
    holds = carray(pointer(header["at_holds"]), header["hold_rows"], HOLD)
    before, number = NONE, header["first_hold"]
    while number >= 0:
        following = np.int64(holds[number]["next"])
        if apply_hold(holds[number], header["frame"]):
            before = number
        else:
            if before < 0:
                header["first_hold"] = following
            else:
                holds[before]["next"] = np.int32(following)
            holds[number]["next"] = np.int32(header["free_hold"])
            header["free_hold"] = number
        number = following


@rtsafe
def settle_cell(header: Any, cell: int) -> None:
    """End the shortest moves of a cell that is held, for a sound that begins in this quantum.

    Moves that were asked to take longer go on.
    """
    if header["first_hold"] < 0:
        return
    holds = carray(pointer(header["at_holds"]), header["hold_rows"], HOLD)
    number = row_of_cell(header, holds, cell)
    if number < 0:
        return
    hold, most = holds[number], np.int64(F32(header["sample_rate"]) * SHORT_S)
    if max(hold["share_frames"], hold["held_frames"], hold["factor_frames"]) <= most:
        hold["share_frames"], hold["held_frames"] = np.int64(0), np.int64(0)
        hold["factor_frames"] = np.int64(0)
    apply_hold(hold, header["frame"])
