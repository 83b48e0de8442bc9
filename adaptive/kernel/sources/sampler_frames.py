"""Per-frame processing of a sampler's voices: reading between samples, filter, gain line, pan, residuals.

Each voice is read into its lane of a block of 64 frames of sixteen lanes.  From there all lanes are filtered
at once and added to the two blocks in which the sampler sums its voices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.interpolate import ROWS, SHORT_BEFORE, SHORT_TAPS, interpolated_rising
from adaptive.kernel.dsp.lane_frames import LaneFilter, added
from adaptive.kernel.dsp.maths import F32
from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    LANE_FLOATS,
    WORD,
    everywhere,
    load,
    splat,
    store,
)
from adaptive.kernel.layout import LANES, QUANTUM
from adaptive.kernel.sources.sampler_record import SAMPLER_VOICES

Q, LANE_COUNT = np.int64(QUANTUM), np.int64(LANES)
BLOCK_BYTES = LANE_BYTES * QUANTUM
LEFT, RIGHT = np.int64(BLOCK_BYTES), np.int64(2 * BLOCK_BYTES)
FLOAT, ROW_BYTES = np.int64(4), np.int64(8 * SHORT_TAPS)
BACK = np.int64(SHORT_BEFORE)
ONE_FRAME = np.int64(1)

PLACE_BITS = np.int64(32)
"""Bits of a position below the frame: a voice counts in whole numbers, and so exactly, for days."""

ROW_BITS = np.int64(9)
assert 1 << int(ROW_BITS) == ROWS
SHARE_BITS = PLACE_BITS - ROW_BITS
ROW_MASK, SHARE_MASK = np.int64(ROWS - 1), np.int64((1 << int(SHARE_BITS)) - 1)
OF_SHARE = F32(2.0 ** -int(SHARE_BITS))
WRAP_AFTER = np.int64(SHORT_TAPS // 2)
"""Frames behind the end of a loop that are played before its beginning.

All taps of the interpolation lie within the loop and its copies then, so that the loop has no seam.
"""

RESIDUAL_DECAY = 0.985  # per frame: to 1/e in 1.4 ms at 48 kHz


@rtsafe
def read_lane(group: Any, lane: int, region: Any, sinc: int, block: int, first: int, last: int) -> None:
    """Read frames `first` … `last` of a voice into its lane of a block; `sinc` and `block` are addresses."""
    samples = carray(pointer(block), (Q, LANE_COUNT), np.float32)
    is_plain = group["is_plain"][lane] == 1
    data = region["plain"] if is_plain else region["data"]
    loops = region["loop_end"] > 0 and not is_plain
    end = (region["loop_end"] + WRAP_AFTER if loops else region["frames"]) << PLACE_BITS
    length = max(region["loop_frames"], ONE_FRAME) << PLACE_BITS
    position, step = group["position"][lane], group["step"][lane]
    done = first
    while done < last:
        if position >= end:
            if not loops:
                group["is_over"][lane] = np.int32(1)
                break
            position -= ((position - end) // length + ONE_FRAME) * length
        until = done + min((end - position + step - ONE_FRAME) // step, last - done)
        for i in range(done, until):
            at = data + FLOAT * ((position >> PLACE_BITS) - BACK)
            row = sinc + ROW_BYTES * ((position >> SHARE_BITS) & ROW_MASK)
            samples[i, lane] = interpolated_rising(at, row, F32(position & SHARE_MASK) * OF_SHARE)
            position += step
        done = until
    group["position"][lane] = position


@rtsafe
def skip_lane(group: Any, lane: int, region: Any, first: int, last: int) -> None:
    """Let a voice go on from frame `first` to `last` without reading anything."""
    loops = region["loop_end"] > 0 and group["is_plain"][lane] == 0
    end = (region["loop_end"] + WRAP_AFTER if loops else region["frames"]) << PLACE_BITS
    position = group["position"][lane] + group["step"][lane] * (last - first)
    if position >= end:
        if loops:
            length = max(region["loop_frames"], ONE_FRAME) << PLACE_BITS
            position -= ((position - end) // length + ONE_FRAME) * length
        else:
            group["is_over"][lane] = np.int32(1)
    group["position"][lane] = position


def _field(builder: Any, voices: Any, name: str) -> Any:
    """Load a field of a group: one number for each of sixteen voices."""
    return load(builder, voices, _offset(name), LANE_FLOATS)


def _offset(name: str) -> int:
    return int(SAMPLER_VOICES.fields[name][1])


class _LowPass(LaneFilter):
    """Sixteen low-passes, each of which passes its input where it is not `wet`.

    The low-pass is the mean of the old and the new state.
    """

    def __init__(self, builder: Any, voices: Any) -> None:
        lines = [(_offset(f"b{n}"), _offset(f"b{n}_step")) for n in (1, 2, 3)]
        super().__init__(builder, voices, (_offset("low"), _offset("band")), lines)
        wet = _field(builder, voices, "wet")
        self._dry = builder.fsub(everywhere(1.0, LANE_FLOATS), wet)
        self._half_wet = builder.fmul(everywhere(0.5, LANE_FLOATS), wet)

    def step(self, x: Any, frame: Any) -> Any:
        """Filter one frame."""
        lows, _ = self.sums(x, frame)
        passed = self.builder.fmul(self._half_wet, lows)
        return self.builder.fadd(passed, self.builder.fmul(self._dry, x))


@intrinsic
def _shape_lanes(_context: Any, _blocks: Any, _voices: Any, _first: Any, _last: Any, _has_filter: Any) -> Any:
    """See `shape_lanes`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        blocks, voices, first, last, has_filter = args
        channels = [
            (builder.add(blocks, WORD(side * BLOCK_BYTES)), _field(builder, voices, name))
            for side, name in ((1, "pan_left"), (2, "pan_right"))
        ]
        value, rise, origin, until = (
            _field(builder, voices, f"gain_{name}") for name in ("value", "step", "origin", "until")
        )
        latest = cgutils.alloca_once_value(builder, _field(builder, voices, "last"))

        def shaped(low_pass: _LowPass | None) -> None:
            with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
                at = builder.mul(index, WORD(LANE_BYTES))
                frame = splat(builder, builder.sitofp(index, ir.FloatType()), LANE_FLOATS)
                passed = load(builder, blocks, at, LANE_FLOATS)
                if low_pass is not None:
                    passed = low_pass.step(passed, frame)
                is_late = builder.fcmp_ordered(">", frame, until)
                frame = builder.select(is_late, until, frame)
                gain = builder.fadd(value, builder.fmul(rise, builder.fsub(frame, origin)))
                out = builder.fmul(passed, gain)
                builder.store(out, latest)
                for channel, pan in channels:
                    added(builder, builder.fmul(out, pan), channel, at)

        is_filtered = builder.icmp_signed("!=", has_filter, WORD(0))
        with builder.if_else(is_filtered) as (filtered, plain):
            with filtered:
                low_pass = _LowPass(builder, voices)
                shaped(low_pass)
                low_pass.store_state()
            with plain:
                shaped(None)
        store(builder, builder.load(latest), voices, _offset("last"))
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 5), generate


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
                rest = builder.fmul(builder.load(state), everywhere(RESIDUAL_DECAY, LANE_FLOATS))
                added(builder, rest, builder.add(blocks, WORD(side * BLOCK_BYTES)), at)
                builder.store(rest, state)
        for name, state in zip(names, kept, strict=True):
            store(builder, builder.load(state), voices, _offset(name))
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 4), generate


@rtsafe
def shape_lanes(blocks: int, voices: int, first: int, last: int, has_filter: int) -> None:
    """Filter frames `first` … `last` of the first block, apply gain and pan, add them to the other two.

    Parameters
    ----------
    blocks, voices : int64
        Addresses of three blocks (voices, left sums, right sums) and of a `SAMPLER_VOICES`.
    has_filter : int64
        Whether any voice has a filter.
    """
    _shape_lanes(blocks, voices, first, last, has_filter)


@rtsafe
def ring_out(blocks: int, voices: int, first: int, last: int) -> None:
    """Add the decaying residuals of stolen notes to frames `first` … `last` of both channels."""
    _ring_out(blocks, voices, first, last)
