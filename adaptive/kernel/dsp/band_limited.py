"""Waves without aliases, sixteen oscillators at a time: steps and corners are replaced by smooth ones.

A step is drawn as the integral of a kernel of six samples, and a corner as its second integral, in place of a
jump (E. Brandt 2001, "Hard sync without aliasing"; Välimäki, Pekonen & Nam 2012, "Perceptually informed
synthesis of bandlimited classical waveforms using integrated polynomial interpolation").  The kernel is one even
polynomial over all six samples, so each sample needs one evaluation for the nearest step and no table.
Its terms minimise what lies beyond 32 kHz at 48 kHz, which would be heard below 16 kHz: -66 dB, with
0.1 dB of error at 10 kHz and -3.4 dB at 16 kHz.  Above a sixth of the sample rate (8 kHz) two steps lie
within one kernel, and the nearest alone is drawn.

Values come from vectors of LLVM: a builder, and `Cycles`, what it has of sixteen oscillators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from adaptive.kernel.dsp.maths import ONE, S3, S5, S7, S9
from adaptive.kernel.dsp.vector_maths import lesser, polynomial
from adaptive.kernel.dsp.vectors import LANE_FLOATS, everywhere, magnitude
from adaptive.kernel.layout import LANES

REACH = 3.0
"""Samples on each side of a step that its kernel changes."""

STEP_TERMS = (
    0.7869043174898978, -0.3044795677130867, 0.07713251875531739, -0.012644869451307817,
    0.001400703314787108, -0.00010324431544585786, 4.591741094040044e-06, -9.268846921153962e-08,
)  # fmt: skip
"""The kernel's integral from 0 to x is x times this polynomial of x²; it is a half at `REACH`."""

CORNER_TERMS = tuple(term / (2 * number + 2) for number, term in enumerate(STEP_TERMS))
"""The integral of that, from 0 to x, is x² times this polynomial of x²."""

CORNER = REACH / 2 - sum(term * REACH ** (2 * n + 2) for n, term in enumerate(CORNER_TERMS))
"""What a corner of slope 1 is rounded by in its middle."""

WORDS = ir.VectorType(ir.IntType(32), LANES)


@dataclass(slots=True)
class Cycles:
    """Sixteen oscillators: phase at the start of the quantum, cycles a frame, frames a cycle."""

    builder: Any
    start: Any
    step: Any
    period: Any

    def phase(self, frame: Any) -> Any:
        """Phases in [0, 1) at a frame of the quantum, computed from its start: frames do not depend on
        each other, and a quantum rendered in pieces has the same bits.
        """
        builder = self.builder
        return part(builder, builder.fadd(self.start, builder.fmul(self.step, frame)))


def number(value: float) -> Any:
    """A constant in all lanes."""
    return everywhere(value, LANE_FLOATS)


def whole_part(builder: Any, value: Any) -> Any:
    """Numbers from 0 on without what follows the point."""
    return builder.sitofp(builder.fptosi(value, WORDS), LANE_FLOATS)


def part(builder: Any, value: Any) -> Any:
    """What follows the point of numbers from 0 on."""
    return builder.fsub(value, whole_part(builder, value))


def step_integral(builder: Any, distance: Any) -> Any:
    """The kernel's integral from its middle to a distance in samples: 0 to a half."""
    x = lesser(builder, distance, number(REACH))
    return builder.fmul(x, polynomial(builder, builder.fmul(x, x), STEP_TERMS))


def corner(builder: Any, distance: Any) -> Any:
    """By how much a corner whose slope changes by 1 a sample is rounded, at a distance in samples."""
    x = lesser(builder, distance, number(REACH))
    square = builder.fmul(x, x)
    bent = builder.fmul(square, polynomial(builder, square, CORNER_TERMS))
    return builder.fadd(builder.fsub(number(CORNER), builder.fmul(number(0.5), x)), bent)


def saw(cycles: Cycles, phase: Any) -> Any:
    """Saw waves from -1 to 1."""
    builder = cycles.builder
    is_behind = builder.fcmp_ordered("<", phase, number(0.5))
    near = builder.select(is_behind, phase, builder.fsub(number(1.0), phase))
    value = builder.fsub(near, step_integral(builder, builder.fmul(near, cycles.period)))
    doubled = builder.fadd(value, value)
    return builder.select(is_behind, doubled, builder.fsub(number(0.0), doubled))


def pulse(cycles: Cycles, phase: Any, width: Any) -> Any:
    """Pulse waves without a mean: the difference of two saws `width` of a cycle apart."""
    builder = cycles.builder
    behind = builder.fadd(phase, builder.fsub(number(1.0), width))
    is_over = builder.fcmp_ordered(">=", behind, number(1.0))
    other = builder.select(is_over, builder.fsub(behind, number(1.0)), behind)
    return builder.fsub(saw(cycles, phase), saw(cycles, other))


def triangle(cycles: Cycles, phase: Any) -> Any:
    """Triangle waves from -1 to 1."""
    builder = cycles.builder
    from_top = magnitude(builder, builder.fsub(phase, number(0.5)))
    from_foot = builder.fsub(number(0.5), from_top)
    plain = builder.fsub(number(1.0), builder.fmul(number(4.0), from_top))
    rounded = builder.fsub(
        corner(builder, builder.fmul(from_foot, cycles.period)),
        corner(builder, builder.fmul(from_top, cycles.period)),
    )
    return builder.fadd(plain, builder.fmul(builder.fmul(number(8.0), cycles.step), rounded))


def sine(builder: Any, phase: Any) -> Any:
    """Sine waves of phases in [0, 1): folded into ±π/2, the range of the polynomial of `maths.sine`."""
    moved = builder.fadd(phase, number(0.25))
    is_over = builder.fcmp_ordered(">=", moved, number(1.0))
    moved = builder.select(is_over, builder.fsub(moved, number(1.0)), moved)
    distance = magnitude(builder, builder.fsub(moved, number(0.5)))
    x = builder.fmul(number(6.283185307179586), builder.fsub(number(0.25), distance))
    terms: Sequence[float] = [float(term) for term in (ONE, S3, S5, S7, S9)]
    return builder.fmul(x, polynomial(builder, builder.fmul(x, x), tuple(terms)))


def synced_saw(leaders: Cycles, phase: Any, ratio: Any) -> Any:
    """Saw waves of `ratio` cycles, 1 or more, in each cycle of their leaders, with which they begin anew.

    Four steps may be near a sample: the one before and the one behind, within the cycle of the leader, and
    both ends of that cycle, whose height depends on where the saw is then.
    """
    builder, one = leaders.builder, number(1.0)
    whole = whole_part(builder, ratio)
    is_whole = builder.fcmp_ordered("==", whole, ratio)
    steps = builder.select(is_whole, builder.fsub(whole, one), whole)  # within a cycle of the leader
    at_end = builder.fsub(ratio, steps)
    period = builder.fdiv(leaders.period, ratio)
    unwrapped = builder.fmul(ratio, phase)
    done = lesser(builder, whole_part(builder, unwrapped), steps)
    own = builder.fsub(unwrapped, done)
    since = builder.fmul(phase, leaders.period)
    left = builder.fsub(leaders.period, since)
    is_first = builder.fcmp_ordered("==", done, number(0.0))
    last = builder.fadd(since, builder.fmul(at_end, period))  # the last step of the cycle before
    before = builder.select(is_first, last, builder.fmul(own, period))
    is_last = builder.fcmp_ordered(">=", done, steps)
    behind = builder.select(is_last, number(REACH), builder.fmul(builder.fsub(one, own), period))

    def rounding(distance: Any) -> Any:
        twice = builder.fmul(number(2.0), step_integral(builder, distance))
        return builder.fsub(one, twice)

    inner = builder.fsub(rounding(before), rounding(behind))
    outer = builder.fmul(at_end, builder.fsub(rounding(since), rounding(left)))
    plain = builder.fsub(builder.fmul(number(2.0), own), one)
    return builder.fadd(plain, builder.fadd(inner, outer))
