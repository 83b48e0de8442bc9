"""The low-pass of clips and buses: filters sixteen rows of a quantum in place.

Each output of a filter depends on the previous one, so the sixteen channels of eight clips or buses are
filtered in parallel.  The channels are adjacent rows in memory: eight frames of eight rows are transposed
into one vector for each frame, filtered with the state in registers, and transposed back.  LLVM does neither
by itself (a group took three times as long with loops in Python), so the loop is built from its instructions.

The filter is the trapezoidal state-variable one (Simper 2013, "Solving the continuous SVF").  In that paper
the output is ``v2 = low + a2·band + a3·(x - low)`` and the next state ``2·v2 - low``.  Here the doubled
coefficients give the next state directly and the output is the mean of both states: the same filter with
three operations from one frame to the next instead of five.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, ZERO
from adaptive.kernel.dsp.vectors import (
    ROW_BYTES,
    VECTOR_BYTES,
    VECTORS,
    WIDTH,
    WORD,
    everywhere,
    load,
    store,
    transposed,
)
from adaptive.kernel.layout import LANES, PAIRS
from adaptive.kernel.processors.lowpass_record import LANE_FILTER

TOO_LOUD = F32(1e6)
WORDS = ir.VectorType(ir.IntType(32), WIDTH)
MOVING, MOVING_BITS = ir.VectorType(ir.IntType(32), PAIRS), 32 * PAIRS
NONE_MOVES = ir.IntType(MOVING_BITS)(0)
STATE = ("low", "band", "b1", "b2", "b3")
STEPS = ("b1_step", "b2_step", "b3_step")


class _EightFilters:
    """Filters of eight of a group's sixteen channels, with their state in registers."""

    def __init__(self, builder: Any, address: Any, first_lane: int) -> None:
        def offset(name: str) -> int:
            return int(LANE_FILTER.fields[name][1]) + 4 * first_lane

        def field(name: str, *kind: Any) -> Any:
            return load(builder, address, offset(name), *kind)

        self.builder, self.first_lane = builder, first_lane
        self.state = {name: cgutils.alloca_once_value(builder, field(name)) for name in STATE}
        self.steps = [field(name) for name in STEPS]
        self.is_on = builder.icmp_signed("!=", field("is_on", WORDS), ir.Constant(WORDS, [0] * WIDTH))
        self.offsets = {name: offset(name) for name in STATE}

    def step(self, x: Any, is_moving: bool) -> Any:
        """Filter one frame of eight channels; `is_moving`: also advance the coefficients."""
        builder = self.builder
        low, band, b1, b2, b3 = (builder.load(self.state[name]) for name in STATE)
        v3 = builder.fsub(x, low)
        next_band = builder.fadd(builder.fmul(b1, band), builder.fmul(b2, v3))
        next_low = builder.fadd(builder.fadd(low, builder.fmul(b2, band)), builder.fmul(b3, v3))
        builder.store(next_low, self.state["low"])
        builder.store(next_band, self.state["band"])
        if is_moving:
            for name, b, step in zip(STATE[2:], (b1, b2, b3), self.steps, strict=True):
                builder.store(builder.fadd(b, step), self.state[name])
        answer = builder.fmul(everywhere(0.5), builder.fadd(low, next_low))
        return builder.select(self.is_on, answer, x)

    def filter(self, rows: Any, at: Any, is_moving: bool) -> None:
        """Filter eight frames of eight rows in place."""
        offsets = [self.builder.add(at, WORD((self.first_lane + row) * ROW_BYTES)) for row in range(WIDTH)]
        frames = transposed(self.builder, [load(self.builder, rows, offset) for offset in offsets])
        answers = transposed(self.builder, [self.step(frame, is_moving) for frame in frames])
        for answer, offset in zip(answers, offsets, strict=True):
            store(self.builder, answer, rows, offset)

    def store_state(self, address: Any) -> None:
        """Store the state for the next quantum."""
        for name in STATE:
            store(self.builder, self.builder.load(self.state[name]), address, self.offsets[name])


@intrinsic
def low_pass_rows(_context: Any, _state: Any, _rows: Any) -> Any:
    """Low-pass sixteen adjacent rows in place, those whose filter is on; coefficients that move are advanced.

    `_state` and `_rows` are addresses, of a `LANE_FILTER` and of the first row.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        state, rows = args
        halves = [_EightFilters(builder, state, first) for first in range(0, LANES, WIDTH)]

        def filtered(is_moving: bool) -> None:
            with cgutils.for_range(builder, WORD(VECTORS)) as loop:
                at = builder.mul(loop.index, WORD(VECTOR_BYTES))
                for half in halves:  # independent: the processor overlaps their instructions
                    half.filter(rows, at, is_moving)

        moving = load(builder, state, int(LANE_FILTER.fields["is_moving"][1]), MOVING)
        any_moves = builder.icmp_signed("!=", builder.bitcast(moving, ir.IntType(MOVING_BITS)), NONE_MOVES)
        with builder.if_else(any_moves) as (some, none):
            with some:
                filtered(is_moving=True)
            with none:
                filtered(is_moving=False)
        for half in halves:
            half.store_state(state)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@rtsafe
def filter_rows(state_address: int, rows_address: int) -> None:
    """Low-pass the sixteen rows of a group in place; both arguments are addresses."""
    low_pass_rows(state_address, rows_address)


@rtsafe
def forget_broken(group: Any) -> None:
    """Clear the state of lanes that is not finite or too large; the filter would keep it forever."""
    for lane in range(LANES):
        is_fine = abs(group["low"][lane]) < TOO_LOUD and abs(group["band"][lane]) < TOO_LOUD
        group["low"][lane] = group["low"][lane] if is_fine else ZERO
        group["band"][lane] = group["band"][lane] if is_fine else ZERO
