"""The frame loops of the subtractive synthesiser behind its oscillators: filters, gain and pan, residuals."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.lane_frames import MixedFilter, added
from adaptive.kernel.dsp.vectors import LANE_BYTES, LANE_FLOATS, WORD, everywhere, load, splat, store
from adaptive.kernel.sources.subtractive_oscillators import offset

RESIDUAL_DECAY = 0.985  # per frame: to 1/e in 1.4 ms at 48 kHz


def _place(name: str, number: int = 0) -> int:
    """Offset of a field, or of one of several rows of sixteen numbers in it."""
    return offset(name) + number * LANE_BYTES


def _field(builder: Any, voices: Any, name: str, number: int = 0) -> Any:
    return load(builder, voices, _place(name, number), LANE_FLOATS)


def _filter(builder: Any, voices: Any, channel: int, stage: int, shares: Any) -> MixedFilter:
    """The filters of a channel of sixteen voices, or the second ones behind them."""
    low, band, high = shares
    half = everywhere(0.5, LANE_FLOATS)
    damping = _field(builder, voices, "damping", stage)
    weights = (
        builder.fmul(half, builder.fsub(low, high)),
        builder.fmul(builder.fmul(half, damping), builder.fsub(band, high)),
        high,
    )
    states = [_place(name, 2 * channel + stage) for name in ("low", "band")]
    lines = [(_place("b", 3 * stage + n), _place("b_step", 3 * stage + n)) for n in range(3)]
    return MixedFilter(builder, voices, states, lines, weights)


@intrinsic
def _shape(
    _context: Any, _left: Any, _right: Any, _voices: Any, _sum_left: Any, _sum_right: Any, _is_steep: Any,
    _first: Any, _last: Any, _low: Any, _band: Any, _high: Any,
) -> Any:  # fmt: skip
    """See `shape_frames`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        left, right, voices, sum_left, sum_right, is_steep, first, last, *shares = args
        shares = [splat(builder, share, LANE_FLOATS) for share in shares]
        names = ("left", "right")
        gains = [[_field(builder, voices, f"gain_{name}{end}") for end in ("", "_step")] for name in names]
        origin = _field(builder, voices, "origin")
        latest = [cgutils.alloca_once_value(builder, _field(builder, voices, f"last_{n}")) for n in names]

        def loop(channels: int, stages: int, is_mixed: bool) -> None:
            filters = [
                [_filter(builder, voices, channel, stage, shares) for stage in range(stages)]
                for channel in range(channels)
            ]
            with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
                at = builder.mul(index, WORD(LANE_BYTES))
                frame = splat(builder, builder.sitofp(index, ir.FloatType()), LANE_FLOATS)
                since = builder.fsub(frame, origin)
                passed = []
                for chain, block in zip(filters, (left, right), strict=False):
                    value = load(builder, block, at, LANE_FLOATS)
                    for stage in chain:
                        value = stage.step(value, frame, is_mixed)
                    passed.append(value)
                for side, total in enumerate((sum_left, sum_right)):
                    value, rise = gains[side]
                    gain = builder.fadd(value, builder.fmul(rise, since))
                    out = builder.fmul(passed[side % channels], gain)
                    builder.store(out, latest[side])
                    added(builder, out, total, at)
            for chain in filters:
                for stage in chain:
                    stage.store_state()

        def loops(channels: int, stages: int) -> None:
            with builder.if_else(mixed) as (some, none):
                with some:
                    loop(channels, stages, is_mixed=True)
                with none:
                    loop(channels, stages, is_mixed=False)

        nothing = ir.Constant(ir.FloatType(), 0.0)
        steep = builder.icmp_signed("!=", is_steep, WORD(0))
        mixed = builder.or_(*(builder.fcmp_ordered("!=", share, nothing) for share in args[9:]))
        with builder.if_else(builder.icmp_signed("!=", right, WORD(0))) as (both, one):
            for channels, branch in ((2, both), (1, one)):
                with branch, builder.if_else(steep) as (twice, once):
                    with twice:
                        loops(channels, 2)
                    with once:
                        loops(channels, 1)
        for name, state in zip(names, latest, strict=True):
            store(builder, builder.load(state), voices, offset(f"last_{name}"))
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 8, *[types.float32] * 3), generate


@intrinsic
def _ring_out(_context: Any, _voices: Any, _sum_left: Any, _sum_right: Any, _first: Any, _last: Any) -> Any:
    """See `ring_out`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        voices, *sums, first, last = args
        names = ("residual_left", "residual_right")
        kept = [cgutils.alloca_once_value(builder, _field(builder, voices, name)) for name in names]
        with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
            at = builder.mul(index, WORD(LANE_BYTES))
            for total, state in zip(sums, kept, strict=True):
                rest = builder.load(state)
                store(builder, builder.fadd(load(builder, total, at, LANE_FLOATS), rest), total, at)
                builder.store(builder.fmul(rest, everywhere(RESIDUAL_DECAY, LANE_FLOATS)), state)
        for name, state in zip(names, kept, strict=True):
            store(builder, builder.load(state), voices, offset(name))
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 5), generate


@rtsafe
def shape_frames(
    left: int, right: int, voices: int, sum_left: int, sum_right: int, is_steep: int, first: int, last: int,
    low: float, band: float, high: float,
) -> None:  # fmt: skip
    """Filter frames `first` … `last`, and add them, with gain and pan, to the sums of both channels.

    Parameters
    ----------
    left, right : int64
        Addresses of the blocks of the oscillators; `right` is 0 if there is one alone.
    voices, sum_left, sum_right : int64
        Addresses of `SUBTRACTIVE_VOICES` and of the blocks that are added to.
    is_steep : int64
        1: two filters in a row.
    low, band, high : float32
        Gain of each output of a filter.
    """
    _shape(left, right, voices, sum_left, sum_right, is_steep, first, last, low, band, high)


@rtsafe
def ring_out(voices: int, sum_left: int, sum_right: int, first: int, last: int) -> None:
    """Add the decaying residuals of notes that were cut off to frames `first` … `last`."""
    _ring_out(voices, sum_left, sum_right, first, last)
