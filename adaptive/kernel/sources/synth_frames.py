"""Per-frame processing of sixteen voices: filter, gain line, pan, and the residuals of stolen notes.

The oscillators fill a block of 64 frames of sixteen lanes.  From there left and right are added to the two
blocks in which an instrument sums its voices.  The loops are built from LLVM instructions, with the filters'
state in registers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.lane_frames import MixedFilter, added
from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    LANE_FLOATS,
    WORD,
    add_lane_sums,
    everywhere,
    load,
    splat,
    store,
)
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.synth_record import VOICE_GROUP

BLOCK_BYTES = LANE_BYTES * QUANTUM
LEFT, RIGHT = np.int64(BLOCK_BYTES), np.int64(2 * BLOCK_BYTES)
RESIDUAL_DECAY = 0.985  # per frame: to 1/e in 1.4 ms at 48 kHz, too short to be heard


def _field(builder: Any, voices: Any, name: str) -> Any:
    """Load a field of a group: one number for each of sixteen voices."""
    return load(builder, voices, _offset(name), LANE_FLOATS)


def _offset(name: str) -> int:
    return int(VOICE_GROUP.fields[name][1])


def _filter(builder: Any, voices: Any, low: Any, band: Any, high: Any) -> MixedFilter:
    """The filters of sixteen voices, with the gain of each output."""
    half = everywhere(0.5, LANE_FLOATS)
    low, band, high = (splat(builder, share, LANE_FLOATS) for share in (low, band, high))
    damped = builder.fmul(high, _field(builder, voices, "damping"))
    weights = (
        builder.fmul(half, builder.fsub(low, high)),
        builder.fmul(half, builder.fsub(band, damped)),
        high,
    )
    lines = [(_offset(f"b{n}"), _offset(f"b{n}_step")) for n in (1, 2, 3)]
    return MixedFilter(builder, voices, (_offset("low"), _offset("band")), lines, weights)


@intrinsic
def _shape_frames(
    _context: Any, _blocks: Any, _voices: Any, _first: Any, _last: Any, _low: Any, _band: Any, _high: Any
) -> Any:
    """See `shape_frames`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        blocks, voices, first, last, *shares = args
        channels = [
            (builder.add(blocks, WORD(side * BLOCK_BYTES)), _field(builder, voices, name))
            for side, name in ((1, "pan_left"), (2, "pan_right"))
        ]
        value, rise, origin = (
            _field(builder, voices, f"gain_{name}") for name in ("value", "step", "origin")
        )
        filters = _filter(builder, voices, *shares)
        latest = cgutils.alloca_once_value(builder, _field(builder, voices, "last"))

        def shaped(is_mixed: bool) -> None:
            with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
                at = builder.mul(index, WORD(LANE_BYTES))
                frame = splat(builder, builder.sitofp(index, ir.FloatType()), LANE_FLOATS)
                passed = filters.step(load(builder, blocks, at, LANE_FLOATS), frame, is_mixed)
                gain = builder.fadd(value, builder.fmul(rise, builder.fsub(frame, origin)))
                out = builder.fmul(passed, gain)
                builder.store(out, latest)
                for channel, pan in channels:
                    added(builder, builder.fmul(out, pan), channel, at)

        silent = [builder.fcmp_ordered("==", share, ir.Constant(ir.FloatType(), 0.0)) for share in shares[1:]]
        with builder.if_else(builder.and_(*silent)) as (plain, mixed):
            with plain:
                shaped(is_mixed=False)
            with mixed:
                shaped(is_mixed=True)
        filters.store_state()
        store(builder, builder.load(latest), voices, _offset("last"))
        return ctx.get_dummy_value()

    kinds = [types.int64] * 4 + [types.float32] * 3
    return types.void(*kinds), generate


@intrinsic
def _ring_out(_context: Any, _blocks: Any, _voices: Any, _first: Any, _last: Any) -> Any:
    """See `ring_out`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        blocks, voices, first, last = args
        names = ("residual_left", "residual_right")
        kept = [cgutils.alloca_once_value(builder, _field(builder, voices, name)) for name in names]
        with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
            at = builder.mul(index, WORD(LANE_BYTES))
            for side, state in enumerate(kept, 1):
                rest = builder.load(state)
                added(builder, rest, builder.add(blocks, WORD(side * BLOCK_BYTES)), at)
                builder.store(builder.fmul(rest, everywhere(RESIDUAL_DECAY, LANE_FLOATS)), state)
        for name, state in zip(names, kept, strict=True):
            store(builder, builder.load(state), voices, _offset(name))
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 4), generate


@rtsafe
def shape_frames(
    blocks: int, voices: int, first: int, last: int, low: float, band: float, high: float
) -> None:
    """Filter frames `first` … `last` of the first block, apply gain and pan, add them to the other two.

    Parameters
    ----------
    blocks, voices : int64
        Addresses of three blocks (oscillators, left sums, right sums) and of a `VOICE_GROUP`.
    low, band, high : float32
        Gain of each output of the filter.
    """
    _shape_frames(blocks, voices, first, last, low, band, high)


@rtsafe
def ring_out(blocks: int, voices: int, first: int, last: int) -> None:
    """Add the decaying residuals of stolen notes to frames `first` … `last` of both channels."""
    _ring_out(blocks, voices, first, last)


@rtsafe
def sum_lanes(row: int, block: int) -> None:
    """Add the sixteen lanes of a block to a row, in a fixed order; both are addresses."""
    add_lane_sums(row, block)
