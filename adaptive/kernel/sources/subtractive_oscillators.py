"""The oscillators of the subtractive synthesiser: each adds to blocks of 64 frames of sixteen lanes.

A block is added to for each channel, with the gains of a unison voice; without unison there is one block.
The loops are built from LLVM instructions, because LLVM cannot see that blocks and voices do not overlap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp import band_limited
from adaptive.kernel.dsp.band_limited import Cycles
from adaptive.kernel.dsp.vectors import LANE_BYTES, LANE_FLOATS, WORD, everywhere, load, splat, store
from adaptive.kernel.layout import LANES
from adaptive.kernel.sources.subtractive_record import (
    MOST_UNISON,
    PULSE,
    SAW,
    SUB_CYCLE,
    SUBTRACTIVE_VOICES,
    SYNC,
    TRIANGLE,
)

WORDS = ir.VectorType(ir.IntType(32), LANES)
PLACES = (types.int64,) * 8
"""Left and right block (0: none), voices, number of the oscillator, of its levels, of its unison voice, frames."""


def offset(name: str) -> int:
    """Bytes from the start of sixteen voices to a field."""
    return int(SUBTRACTIVE_VOICES.fields[name][1])


def _row(builder: Any, voices: Any, name: str, number: Any, kind: Any = LANE_FLOATS) -> Any:
    """A row of a field of sixteen voices."""
    at = builder.add(builder.mul(number, WORD(LANE_BYTES)), WORD(offset(name)))
    return load(builder, voices, at, kind)


def _line(builder: Any, voices: Any, name: str, number: Any) -> Callable[[Any], Any]:
    """A straight line over the quantum, at a frame."""
    value, step = (_row(builder, voices, field, number) for field in (name, f"{name}_step"))
    return lambda frame: builder.fadd(value, builder.fmul(step, frame))


def _loops(builder: Any, args: Any, value_of: Callable[[Any], tuple[Any, Any]]) -> None:
    """Add both channels of `value_of` a frame, times level and gains, to each frame of the blocks."""
    left, right, voices, _cycle, level, unison, first, last = args
    gain = _line(builder, voices, "level", level)
    sides = [_row(builder, voices, name, unison) for name in ("left", "right")]

    def loop(is_stereo: bool) -> None:
        with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
            frame = splat(builder, builder.sitofp(index, ir.FloatType()), LANE_FLOATS)
            at = builder.mul(index, WORD(LANE_BYTES))
            level_now = gain(frame)
            values = [builder.fmul(level_now, value) for value in value_of(frame)]
            if is_stereo:
                values = [builder.fmul(value, side) for value, side in zip(values, sides, strict=True)]
            for value, block in zip(values, (left, right) if is_stereo else (left,), strict=False):
                store(builder, builder.fadd(load(builder, block, at, LANE_FLOATS), value), block, at)

    with builder.if_else(builder.icmp_signed("!=", right, WORD(0))) as (both, one):
        with both:
            loop(is_stereo=True)
        with one:
            loop(is_stereo=False)


def _cycles(builder: Any, voices: Any, number: Any) -> Cycles:
    return Cycles(builder, *(_row(builder, voices, name, number) for name in ("phase", "step", "period")))


def _wave(value_of: Callable[[Any, Any, Cycles, Any], Any]) -> Any:
    """Make an intrinsic of a wave: `value_of` takes the builder, the arguments, the cycles and the frame."""

    @intrinsic
    def add_wave(
        _context: Any, _left: Any, _right: Any, _voices: Any, _cycle: Any, _level: Any, _unison: Any,
        _first: Any, _last: Any,
    ) -> Any:  # fmt: skip
        def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            cycles = _cycles(builder, args[2], args[3])
            made = value_of(builder, args, cycles, None)
            _loops(builder, args, lambda frame: (made(frame),) * 2)
            return ctx.get_dummy_value()

        return types.void(*PLACES), generate

    return add_wave


def _saw_at(_builder: Any, _args: Any, cycles: Cycles, _none: Any) -> Any:
    return lambda frame: band_limited.saw(cycles, cycles.phase(frame))


def _pulse_at(builder: Any, args: Any, cycles: Cycles, _none: Any) -> Any:
    width = _line(builder, args[2], "width", args[4])
    return lambda frame: band_limited.pulse(cycles, cycles.phase(frame), width(frame))


def _square_at(_builder: Any, _args: Any, cycles: Cycles, _none: Any) -> Any:
    half = everywhere(0.5, LANE_FLOATS)
    return lambda frame: band_limited.pulse(cycles, cycles.phase(frame), half)


def _triangle_at(_builder: Any, _args: Any, cycles: Cycles, _none: Any) -> Any:
    return lambda frame: band_limited.triangle(cycles, cycles.phase(frame))


def _sine_at(builder: Any, _args: Any, cycles: Cycles, _none: Any) -> Any:
    return lambda frame: band_limited.sine(builder, cycles.phase(frame))


def _sync_at(builder: Any, args: Any, cycles: Cycles, _none: Any) -> Any:
    """The cycles are those of the first oscillator; the second says how fast the saw is."""
    own = _row(builder, args[2], "step", builder.add(args[3], WORD(MOST_UNISON)))
    ratio = builder.fdiv(own, cycles.step)
    one = everywhere(1.0, LANE_FLOATS)
    ratio = builder.select(builder.fcmp_ordered(">", ratio, one), ratio, one)
    return lambda frame: band_limited.synced_saw(cycles, cycles.phase(frame), ratio)


_saw, _pulse, _square = _wave(_saw_at), _wave(_pulse_at), _wave(_square_at)
_triangle, _sine, _sync = _wave(_triangle_at), _wave(_sine_at), _wave(_sync_at)


@intrinsic
def _noise(
    _context: Any, _left: Any, _right: Any, _voices: Any, _cycle: Any, _level: Any, _unison: Any,
    _first: Any, _last: Any,
) -> Any:  # fmt: skip
    """White noise, another for each lane and side: congruential generators (constants of Numerical Recipes)."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        factor, term = (ir.Constant(WORDS, [number] * LANES) for number in (1664525, 1013904223))
        places = [WORD(offset("noise") + side * LANE_BYTES) for side in range(2)]
        kept = [cgutils.alloca_once_value(builder, load(builder, args[2], place, WORDS)) for place in places]

        def produced(_frame: Any) -> tuple[Any, Any]:
            values = []
            for state in kept:
                following = builder.add(builder.mul(builder.load(state), factor), term)
                builder.store(following, state)
                values.append(
                    builder.fmul(everywhere(2.0**-31, LANE_FLOATS), builder.sitofp(following, LANE_FLOATS))
                )
            return values[0], values[1]

        _loops(builder, args, produced)
        for state, place in zip(kept, places, strict=True):
            store(builder, builder.load(state), args[2], place)
        return ctx.get_dummy_value()

    return types.void(*PLACES), generate


@rtsafe
def add_oscillator(
    left: int, right: int, voices: int, number: int, unison: int, shape: int, first: int, last: int
) -> None:
    """Add frames `first` … `last` of a unison voice of an oscillator to the blocks.

    Parameters
    ----------
    left, right : int64
        Addresses of blocks; `right` is 0 if there is one alone, which has no gains of unison voices.
    voices : int64
        Address of `SUBTRACTIVE_VOICES`.
    number, unison : int64
        Which oscillator (0 or 1), and which of its unison voices.
    shape : int32
        `SAW`, `PULSE`, `TRIANGLE`, `SINE` or `SYNC`.
    """
    cycle = number * np.int64(MOST_UNISON) + unison
    if shape == SAW:
        _saw(left, right, voices, cycle, number, unison, first, last)
    elif shape == PULSE:
        _pulse(left, right, voices, cycle, number, unison, first, last)
    elif shape == TRIANGLE:
        _triangle(left, right, voices, cycle, number, unison, first, last)
    elif shape == SYNC:
        _sync(left, right, voices, unison, number, unison, first, last)
    else:
        _sine(left, right, voices, cycle, number, unison, first, last)


@rtsafe
def add_sub(left: int, right: int, voices: int, shape: int, first: int, last: int) -> None:
    """Add the sub oscillator: 0 a sine, 1 a triangle, 2 a square; it is in the middle."""
    cycle, level, unison = np.int64(SUB_CYCLE), np.int64(2), np.int64(MOST_UNISON)
    if shape == np.int32(2):
        _square(left, right, voices, cycle, level, unison, first, last)
    elif shape == np.int32(1):
        _triangle(left, right, voices, cycle, level, unison, first, last)
    else:
        _sine(left, right, voices, cycle, level, unison, first, last)


@rtsafe
def add_noise(left: int, right: int, voices: int, first: int, last: int) -> None:
    """Add white noise."""
    _noise(left, right, voices, np.int64(0), np.int64(3), np.int64(MOST_UNISON), first, last)
