"""Dispersion: a chain of all-passes, in which high frequencies arrive later than low ones, as in a spring.

Each of the 64 all-passes has one coefficient and a delay of some frames (V. Välimäki, J. Parker, J. S. Abel,
"Parametric spring reverberation effect", J. Audio Eng. Soc. 58(7/8), 2010).  They lie one behind the other,
so sixteen are computed at a time as lanes, of which each is one frame behind the lane before: a row takes 64
steps for sixteen all-passes, not 1,024.  The chain is late by a quantum for that.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    LANE_FLOATS,
    WORD,
    element,
    everywhere,
    load,
    shuffled,
    store,
)
from adaptive.kernel.layout import LANES, QUANTUM

COEFFICIENT = 0.62
CHAINS = 4
"""Groups of sixteen all-passes; each is late by sixteen frames."""

TOP_HZ = 6000.0
"""Where the delay is longest: half a turn within the delay of an all-pass."""

LATER = [LANES - 1, *range(LANES - 1)]


def stretch_of(rate: int) -> int:
    """Frames of the delay of each all-pass."""
    return max(1, round(rate / (2.0 * TOP_HZ)))


def chain_floats(stretch: int) -> int:
    """Floats of the state of a chain of sixteen: what waits in it, and the outputs of the frame before."""
    return (stretch + 1) * LANES


@intrinsic
def _disperse(_context: Any, _rows: Any, _states: Any, _at: Any, _stretch: Any) -> Any:
    """Pass two rows through a chain each, in place; return the place in the states for the next quantum.

    `_rows` and `_states` are the addresses of two addresses.
    """

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        rows, states = ([load(builder, one, 8 * side, WORD) for side in range(2)] for one in args[:2])
        end = builder.mul(args[3], WORD(LANE_BYTES))
        place = cgutils.alloca_once_value(builder, builder.mul(args[2], WORD(LANE_BYTES)))
        before = [
            cgutils.alloca_once_value(builder, load(builder, state, end, LANE_FLOATS)) for state in states
        ]
        weight = everywhere(COEFFICIENT, LANE_FLOATS)
        with cgutils.for_range(builder, WORD(QUANTUM)) as loop:
            frame, at = builder.mul(loop.index, WORD(4)), builder.load(place)
            for row, state, kept in zip(rows, states, before, strict=True):  # the processor overlaps them
                last = builder.load(kept)
                moved = shuffled(builder, last, last, LATER)
                sample = load(builder, row, frame, ir.FloatType())
                entering = builder.insert_element(moved, sample, ir.IntType(32)(0))
                waiting = load(builder, state, at, LANE_FLOATS)
                leaving = builder.fadd(builder.fmul(weight, entering), waiting)
                store(builder, builder.fsub(entering, builder.fmul(weight, leaving)), state, at)
                builder.store(leaving, kept)
                store(builder, element(builder, leaving, LANES - 1), row, frame)
            after = builder.add(at, WORD(LANE_BYTES))
            is_end = builder.icmp_signed("==", after, end)
            builder.store(builder.select(is_end, WORD(0), after), place)
        for state, kept in zip(states, before, strict=True):
            store(builder, builder.load(kept), state, end)
        return builder.sdiv(builder.load(place), WORD(LANE_BYTES))

    return types.int64(*[types.int64] * 4), generate


@rtsafe
def disperse(rows: int, states: int, at: int, stretch: int) -> int:
    """Pass two rows through sixteen all-passes each, in place.

    Parameters
    ----------
    rows, states : int64
        Addresses of the addresses of two rows, and of two states of `chain_floats`.
    at : int64
        Place in the states at which the quantum before ended.
    stretch : int64
        Frames of the delay of each all-pass.

    Returns
    -------
    int64
        Place at which this quantum ended.
    """
    return _disperse(rows, states, at, stretch)
