"""Oscillators, sixteen voices at a time, each adding to a block of 64 frames of sixteen lanes.

Saw and pulse are band-limited by PolyBLEP (Välimäki & Huovilainen 2007, "Antialiasing oscillators in
subtractive synthesis"): the step is replaced by a second-order polynomial over one sample on each side.
The loops are built from LLVM instructions, because LLVM cannot see that a block and the voices' fields do not
overlap.
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
from adaptive.kernel.dsp.maths import F32, HALF, ONE, S3, S5, S7, S9, sine
from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    LANE_FLOATS,
    WORD,
    everywhere,
    load,
    magnitude,
    splat,
    store,
)
from adaptive.kernel.layout import LANES
from adaptive.kernel.sources.synth_record import NOISE, PULSE, SAW, TRIANGLE, VOICE_GROUP

WORDS = ir.VectorType(ir.IntType(32), LANES)
OTHER = np.int64(VOICE_GROUP.fields["phase_other"][1] - VOICE_GROUP.fields["phase"][1])
"""Bytes from the fields of the first oscillator of a voice to those of its second."""

NOISE_OFFSET = int(VOICE_GROUP.fields["noise"][1])
PIECE = (types.int64, types.int64, types.int64, types.int64, types.float32, types.float32)
"""Arguments of every oscillator: block, voices, first and last frame, level, width of a pulse."""


@rtsafe
def wrap(phase: float) -> float:
    """Bring a phase in [0, 2) back to [0, 1)."""
    return phase - ONE if phase >= ONE else phase


@rtsafe
def lfo_value(phase: float) -> float:
    """Value of an LFO, a sine, at a phase in [0, 1)."""
    folded = F32(0.25) - abs(wrap(phase + F32(0.25)) - HALF)
    return sine(F32(6.2831853) * folded)


@rtsafe
def phase_at(phase: float, step: float, frame: float) -> float:
    """Phase of a cycle `frame` frames into the quantum, in [0, 1).

    It is computed from the start of the quantum, not accumulated: so frames do not depend on each other, and
    a quantum rendered in pieces has the same bits.
    """
    unwrapped = phase + step * frame
    return unwrapped - F32(np.int32(unwrapped))


class _Cycles:
    """Sixteen oscillators: their fields in registers, and the arithmetic of one frame.

    Parameters
    ----------
    builder : IRBuilder
        Builder of the instructions.
    voices : int64
        Address of the fields of sixteen oscillators.
    width : float32
        Share of a cycle in which a pulse is high.
    """

    def __init__(self, builder: Any, voices: Any, width: Any) -> None:
        names = ("phase", "step", "inverse")
        offsets = (int(VOICE_GROUP.fields[name][1]) for name in names)
        self.builder = builder
        self.start, self.step, self.inverse = (load(builder, voices, o, LANE_FLOATS) for o in offsets)
        self.width = splat(builder, width, LANE_FLOATS)
        self.one = everywhere(1.0, LANE_FLOATS)
        self.to_end = builder.fsub(self.one, self.inverse)

    def times(self, factor: float, value: Any) -> Any:
        """A vector times a constant."""
        return self.builder.fmul(everywhere(factor, LANE_FLOATS), value)

    def plus(self, term: float, value: Any) -> Any:
        """A vector plus a constant."""
        return self.builder.fadd(everywhere(term, LANE_FLOATS), value)

    def wrapped(self, phase: Any) -> Any:
        """`wrap` for sixteen phases."""
        is_over = self.builder.fcmp_ordered(">=", phase, self.one)
        return self.builder.select(is_over, self.builder.fsub(phase, self.one), phase)

    def phase(self, frame: Any) -> Any:
        """`phase_at` for sixteen oscillators."""
        unwrapped = self.builder.fadd(self.start, self.builder.fmul(self.step, frame))
        whole = self.builder.fptosi(unwrapped, WORDS)
        return self.builder.fsub(unwrapped, self.builder.sitofp(whole, LANE_FLOATS))

    def blep(self, phase: Any) -> Any:
        """PolyBLEP residual of a unit saw's step at phase 0, for the samples next to it.

        It is ``-(1 - t)²`` in the frame after the step, t frames from it, and ``(1 - u)²`` in the frame
        before, u frames ahead of it.
        """
        builder, nothing = self.builder, everywhere(0.0, LANE_FLOATS)
        since = builder.fmul(phase, self.inverse)

        def squared(near: Any) -> Any:
            near = builder.select(builder.fcmp_ordered(">", near, nothing), near, nothing)
            return builder.fmul(near, near)

        after, before = builder.fsub(self.one, since), builder.fadd(since, self.to_end)
        return builder.fsub(squared(before), squared(after))

    def saw(self, phase: Any) -> Any:
        """Band-limited saw waves."""
        return self.builder.fsub(self.plus(-1.0, self.times(2.0, phase)), self.blep(phase))

    def pulse(self, phase: Any) -> Any:
        """Band-limited pulse waves: the difference of two saws `width` of a cycle apart, minus its mean."""
        builder = self.builder
        other = self.wrapped(builder.fadd(phase, builder.fsub(self.one, self.width)))
        value = builder.fsub(self.times(2.0, builder.fsub(phase, other)), self.blep(phase))
        mean = self.plus(-1.0, self.times(2.0, self.width))
        return builder.fsub(builder.fadd(value, self.blep(other)), mean)

    def triangle(self, phase: Any) -> Any:
        """Triangle waves, not band-limited: their overtones fall with the square of their number."""
        return self.plus(-1.0, self.times(4.0, magnitude(self.builder, self.plus(-0.5, phase))))

    def sine(self, phase: Any) -> Any:
        """Sine waves: the phase is folded into ±π/2, the range of the polynomial of `maths.sine`."""
        builder = self.builder
        distance = magnitude(builder, self.plus(-0.5, self.wrapped(self.plus(0.25, phase))))
        x = self.times(2.0 * np.pi, builder.fsub(everywhere(0.25, LANE_FLOATS), distance))
        square = builder.fmul(x, x)
        value = everywhere(float(S9), LANE_FLOATS)
        for factor in (S7, S5, S3, ONE):
            value = self.plus(float(factor), builder.fmul(square, value))
        return builder.fmul(x, value)


def _add_frames(builder: Any, args: Any, value_of: Callable[[Any], Any]) -> None:
    """Add `value_of` the frame, times the level, to each frame of a block."""
    block, _voices, first, last, level, _width = args
    level = splat(builder, level, LANE_FLOATS)
    with cgutils.for_range_slice(builder, first, last, WORD(1)) as (index, _count):
        at = builder.mul(index, WORD(LANE_BYTES))
        produced = value_of(splat(builder, builder.sitofp(index, ir.FloatType()), LANE_FLOATS))
        total = builder.fadd(load(builder, block, at, LANE_FLOATS), builder.fmul(level, produced))
        store(builder, total, block, at)


def _cycle(value_of: Callable[[_Cycles, Any], Any]) -> Any:
    """Make an intrinsic of an oscillator whose value depends on its phase alone."""

    @intrinsic
    def add_cycle(
        _context: Any, _block: Any, _voices: Any, _first: Any, _last: Any, _level: Any, _width: Any
    ) -> Any:
        def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            cycles = _Cycles(builder, args[1], args[5])
            _add_frames(builder, args, lambda frame: value_of(cycles, cycles.phase(frame)))
            return ctx.get_dummy_value()

        return types.void(*PIECE), generate

    return add_cycle


_saw, _pulse = _cycle(_Cycles.saw), _cycle(_Cycles.pulse)
_triangle, _sine = _cycle(_Cycles.triangle), _cycle(_Cycles.sine)


@intrinsic
def _noise(
    _context: Any, _block: Any, _voices: Any, _first: Any, _last: Any, _level: Any, _width: Any
) -> Any:
    """White noise: a linear congruential generator for each lane (constants of Numerical Recipes)."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        factor, term = (ir.Constant(WORDS, [number] * LANES) for number in (1664525, 1013904223))
        kept = cgutils.alloca_once_value(builder, load(builder, args[1], NOISE_OFFSET, WORDS))

        def produced(_frame: Any) -> Any:
            state = builder.add(builder.mul(builder.load(kept), factor), term)
            builder.store(state, kept)
            return builder.fmul(everywhere(2.0**-31, LANE_FLOATS), builder.sitofp(state, LANE_FLOATS))

        _add_frames(builder, args, produced)
        store(builder, builder.load(kept), args[1], NOISE_OFFSET)
        return ctx.get_dummy_value()

    return types.void(*PIECE), generate


@rtsafe
def add_oscillator(
    block: int, voices: int, number: int, shape: int, first: int, last: int, level: float, width: float
) -> None:
    """Add frames `first` … `last` of an oscillator of sixteen voices to a block.

    Parameters
    ----------
    block, voices : int64
        Addresses of 64 frames of sixteen lanes, and of a `VOICE_GROUP`.
    number : int64
        0 for the first oscillator of each voice, 1 for the second.
    shape : int32
        `SAW`, `PULSE`, `TRIANGLE`, `SINE` or `NOISE`.
    level, width : float32
        Linear gain, and the share of a cycle in which a pulse is high.
    """
    cycles = voices + OTHER * number
    if shape == SAW:
        _saw(block, cycles, first, last, level, width)
    elif shape == PULSE:
        _pulse(block, cycles, first, last, level, width)
    elif shape == TRIANGLE:
        _triangle(block, cycles, first, last, level, width)
    elif shape == NOISE:
        _noise(block, voices, first, last, level, width)
    else:
        _sine(block, cycles, first, last, level, width)
