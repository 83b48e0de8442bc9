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
from adaptive.kernel.dsp.band_limited import (
    TURN,
    WORDS,
    half_pulse,
    half_saw,
    half_sine,
    half_synced_saw,
    half_triangle,
)
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

PLACES = (types.int64,) * 8
"""Left and right block (0: none), voices, number of oscillator, of levels, of unison voice, two frames."""


def offset(name: str) -> int:
    """Bytes from the start of sixteen voices to a field."""
    return int(SUBTRACTIVE_VOICES.fields[name][1])


def _row(builder: Any, voices: Any, name: str, number: Any, kind: Any = LANE_FLOATS) -> Any:
    """A row of a field of sixteen voices."""
    at = builder.add(builder.mul(number, WORD(LANE_BYTES)), WORD(offset(name)))
    return load(builder, voices, at, kind)


def _counted(builder: Any, start: Any, step: Any, first: Any) -> Any:
    """A variable that grows by a whole step a frame, at the first frame of a piece."""
    frame = splat(builder, builder.trunc(first, ir.IntType(32)), WORDS)
    return cgutils.alloca_once_value(builder, builder.add(start, builder.mul(step, frame)))


def _next(builder: Any, counted: Any, step: Any) -> Any:
    """The value of such a variable, which goes on to the next frame."""
    value = builder.load(counted)
    builder.store(builder.add(value, step), counted)
    return value


def _loops(builder: Any, args: Any, begin: Callable[[], Callable[[], tuple[Any, Any]]]) -> None:
    """Add both channels of a wave, twice as large, times level and gains, to each frame of the blocks.

    `begin` sets up a loop and returns a function that makes the values of its next frame.
    """
    left, right, voices, _cycle, level, unison, first, last = args
    value, rise = (_row(builder, voices, name, level) for name in ("level", "level_step"))
    value, rise = builder.fadd(value, value), builder.fadd(rise, rise)
    sides = [_row(builder, voices, name, unison) for name in ("left", "right")]
    is_moving = _is_any(builder, rise)

    def loop(is_stereo: bool, moves: bool) -> None:
        made = begin()
        with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
            at = builder.mul(index, WORD(LANE_BYTES))
            gain = value
            if moves:
                frame = splat(builder, builder.sitofp(index, ir.FloatType()), LANE_FLOATS)
                gain = builder.fadd(value, builder.fmul(rise, frame))
            values = made()
            for wave, side, block in zip(values, sides, (left, right), strict=True):
                if block is right and not is_stereo:
                    break
                total = builder.fmul(gain, wave)
                total = builder.fmul(total, side) if is_stereo else total
                store(builder, builder.fadd(load(builder, block, at, LANE_FLOATS), total), block, at)

    with builder.if_else(builder.icmp_signed("!=", right, WORD(0))) as (both, one):
        for is_stereo, branch in ((True, both), (False, one)):
            with branch, builder.if_else(is_moving) as (some, none):
                with some:
                    loop(is_stereo, moves=True)
                with none:
                    loop(is_stereo, moves=False)


def _is_any(builder: Any, vector: Any) -> Any:
    """Whether an element is not 0."""
    different = builder.fcmp_unordered("!=", vector, everywhere(0.0, LANE_FLOATS))
    return builder.icmp_unsigned("!=", builder.bitcast(different, ir.IntType(LANES)), ir.IntType(LANES)(0))


def _wave(value_of: Callable[..., Any], has_width: bool = False) -> Any:
    """Make an intrinsic of a wave.

    `value_of` takes the builder, phases, cycles a frame and frames a cycle over `TURN`; of a pulse its width
    too, and of what is led the addresses.
    """

    @intrinsic
    def add_wave(
        _context: Any, _left: Any, _right: Any, _voices: Any, _cycle: Any, _level: Any, _unison: Any,
        _first: Any, _last: Any,
    ) -> Any:  # fmt: skip
        def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            _left, _right, voices, cycle, level, _unison, first, _last = args
            phase, pace = (_row(builder, voices, name, cycle, WORDS) for name in ("phase", "pace"))
            step, period = (_row(builder, voices, name, cycle) for name in ("step", "period"))
            period = builder.fmul(period, everywhere(1.0 / TURN, LANE_FLOATS))
            rows = [_row(builder, voices, name, level, WORDS) for name in ("turn", "turn_step")]
            extra = _ratio(builder, voices, cycle, step) if value_of is _synced else None

            def begin() -> Callable[[], tuple[Any, Any]]:
                counted = _counted(builder, phase, pace, first)
                width = _counted(builder, rows[0], rows[1], first) if has_width else None

                def made() -> tuple[Any, Any]:
                    now = _next(builder, counted, pace)
                    if has_width:
                        wave = value_of(builder, now, step, period, _next(builder, width, rows[1]))
                    else:
                        wave = value_of(builder, now, step, period, extra)
                    return wave, wave

                return made

            _loops(builder, args, begin)
            return ctx.get_dummy_value()

        return types.void(*PLACES), generate

    return add_wave


def _ratio(builder: Any, voices: Any, cycle: Any, step: Any) -> Any:
    """Cycles of the second oscillator in one of the first, at least one."""
    own = _row(builder, voices, "step", builder.add(cycle, WORD(MOST_UNISON)))
    ratio, one = builder.fdiv(own, step), everywhere(1.0, LANE_FLOATS)
    return builder.select(builder.fcmp_ordered(">", ratio, one), ratio, one)


def _saw_of(builder: Any, phase: Any, _step: Any, period: Any, _none: Any) -> Any:
    return half_saw(builder, phase, period)


def _pulse_of(builder: Any, phase: Any, _step: Any, period: Any, width: Any) -> Any:
    return half_pulse(builder, phase, width, period)


def _square_of(builder: Any, phase: Any, _step: Any, period: Any, _none: Any) -> Any:
    return half_pulse(builder, phase, ir.Constant(WORDS, [2**31] * LANES), period)


def _triangle_of(builder: Any, phase: Any, step: Any, period: Any, _none: Any) -> Any:
    return half_triangle(builder, phase, step, period)


def _sine_of(builder: Any, phase: Any, _step: Any, _period: Any, _none: Any) -> Any:
    return half_sine(builder, phase)


def _synced(builder: Any, phase: Any, _step: Any, period: Any, ratio: Any) -> Any:
    return half_synced_saw(builder, phase, period, ratio)


_saw, _pulse, _square = _wave(_saw_of), _wave(_pulse_of, has_width=True), _wave(_square_of)
_triangle, _sine, _sync = _wave(_triangle_of), _wave(_sine_of), _wave(_synced)


@intrinsic
def _noise(
    _context: Any, _left: Any, _right: Any, _voices: Any, _cycle: Any, _level: Any, _unison: Any,
    _first: Any, _last: Any,
) -> Any:  # fmt: skip
    """White noise of each lane and side: congruential generators (constants of Numerical Recipes)."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        factor, term = (ir.Constant(WORDS, [number] * LANES) for number in (1664525, 1013904223))
        places = [WORD(offset("noise") + side * LANE_BYTES) for side in range(2)]
        kept = [cgutils.alloca_once_value(builder, load(builder, args[2], place, WORDS)) for place in places]

        def made() -> tuple[Any, Any]:
            values = []
            for state in kept:
                following = builder.add(builder.mul(builder.load(state), factor), term)
                builder.store(following, state)
                values.append(
                    builder.fmul(everywhere(2.0**-32, LANE_FLOATS), builder.sitofp(following, LANE_FLOATS))
                )
            return values[0], values[1]

        _loops(builder, args, lambda: made)
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
