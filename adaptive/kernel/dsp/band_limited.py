"""Waves without aliases, sixteen oscillators at a time: steps and corners are replaced by smooth ones.

A step is drawn as the integral of a kernel of six samples, and a corner as its second integral, in place of
a jump (E. Brandt 2001, "Hard sync without aliasing"; Välimäki, Pekonen & Nam 2012, "Perceptually informed
synthesis of bandlimited classical waveforms using integrated polynomial interpolation").  The kernel is one
even polynomial over all six samples, so each sample needs one evaluation for the nearest step and no table.
Its terms minimise what lies beyond 32 kHz at 48 kHz, which would be heard below 16 kHz: -66 dB, with
0.1 dB of error at 10 kHz and -3.4 dB at 16 kHz.  Above a sixth of the sample rate (8 kHz) two steps lie
within one kernel, and the nearest alone is drawn.

Phases are whole numbers, 2³² a cycle, which wrap by themselves and are exact however a quantum is divided;
read with a sign, they are the distance from the step at phase 0.
"""

from __future__ import annotations

from collections.abc import Sequence
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
TURN = 2.0**32
"""A cycle in the numbers of phases."""

SIGN = -(2**31)


def number(value: float) -> Any:
    """A constant in all lanes."""
    return everywhere(value, LANE_FLOATS)


def signed(builder: Any, phase: Any) -> Any:
    """Distances from phase 0, as floats in the numbers of phases."""
    return builder.sitofp(phase, LANE_FLOATS)


def with_sign(builder: Any, value: Any, of: Any) -> Any:
    """Values, negated where another is negative."""
    sign = builder.and_(builder.bitcast(of, WORDS), ir.Constant(WORDS, [SIGN] * LANES))
    return builder.bitcast(builder.xor(builder.bitcast(value, WORDS), sign), LANE_FLOATS)


def paired(builder: Any, x: Any, terms: Sequence[float]) -> Any:
    """The value of a polynomial, pair by pair (Estrin 1960): a shorter chain than Horner's rule."""
    values = [number(term) for term in terms]
    power = x
    while len(values) > 1:
        joined = [
            builder.fadd(low, builder.fmul(high, power))
            for low, high in zip(values[::2], values[1::2], strict=False)
        ]
        values = joined + values[len(joined) * 2 :]
        power = builder.fmul(power, power)
    return values[0]


def step_integral(builder: Any, distance: Any) -> Any:
    """The kernel's integral from its middle to a distance in samples: 0 to a half."""
    x = lesser(builder, distance, number(REACH))
    return builder.fmul(x, paired(builder, builder.fmul(x, x), STEP_TERMS))


def corner(builder: Any, distance: Any) -> Any:
    """By how much a corner whose slope changes by 1 a sample is rounded, at a distance in samples."""
    x = lesser(builder, distance, number(REACH))
    square = builder.fmul(x, x)
    bent = builder.fmul(square, paired(builder, square, CORNER_TERMS))
    return builder.fadd(builder.fsub(number(CORNER), builder.fmul(number(0.5), x)), bent)


def half_saw(builder: Any, phase: Any, period: Any) -> Any:
    """Saw waves from -½ to ½.

    Parameters
    ----------
    builder : IRBuilder
        Builder of the instructions.
    phase : vector of int32
        Of sixteen oscillators.
    period : vector of float32
        Frames of a cycle, over `TURN`.
    """
    distance = signed(builder, phase)
    near = magnitude(builder, distance)
    rounded = step_integral(builder, builder.fmul(near, period))
    value = builder.fsub(builder.fmul(near, number(1.0 / TURN)), rounded)
    return with_sign(builder, value, distance)


def half_pulse(builder: Any, phase: Any, width: Any, period: Any) -> Any:
    """Pulse waves without a mean, 1 from bottom to top: two saws, `width` apart in the numbers of phases."""
    return builder.fsub(
        half_saw(builder, phase, period), half_saw(builder, builder.sub(phase, width), period)
    )


def half_triangle(builder: Any, phase: Any, step: Any, period: Any) -> Any:
    """Triangle waves from -½ to ½; `step` is cycles a frame."""
    from_foot = magnitude(builder, signed(builder, phase))
    from_top = builder.fsub(number(TURN / 2.0), from_foot)
    plain = builder.fsub(builder.fmul(number(2.0 / TURN), from_foot), number(0.5))
    rounded = builder.fsub(
        corner(builder, builder.fmul(from_foot, period)), corner(builder, builder.fmul(from_top, period))
    )
    return builder.fadd(plain, builder.fmul(builder.fmul(number(4.0), step), rounded))


def half_sine(builder: Any, phase: Any) -> Any:
    """Sine waves from -½ to ½: the phase is folded into a quarter, by the polynomial of `maths.sine`."""
    distance = signed(builder, phase)
    from_quarter = magnitude(builder, builder.fsub(magnitude(builder, distance), number(TURN / 4.0)))
    x = builder.fmul(number(6.283185307179586 / TURN), builder.fsub(number(TURN / 4.0), from_quarter))
    terms = tuple(0.5 * float(term) for term in (ONE, S3, S5, S7, S9))
    value = builder.fmul(x, polynomial(builder, builder.fmul(x, x), terms))
    return with_sign(builder, value, distance)


def half_synced_saw(builder: Any, phase: Any, period: Any, ratio: Any) -> Any:
    """Saw waves, from -½ to ½, of `ratio` cycles, 1 or more, in each cycle of their leaders.

    They begin anew with each cycle of the leaders, to which phase and period belong.  Four steps may be near
    a sample: the one before and the one behind, within the cycle of the leader, and both ends of that cycle,
    whose height depends on where the saw is then.
    """
    one, half = number(1.0), number(0.5)
    whole = builder.sitofp(builder.fptosi(ratio, WORDS), LANE_FLOATS)
    is_whole = builder.fcmp_ordered("==", whole, ratio)
    steps = builder.select(is_whole, builder.fsub(whole, one), whole)  # within a cycle of the leader
    at_end = builder.fsub(ratio, steps)
    frames = builder.fmul(period, number(TURN))
    own_frames = builder.fdiv(frames, ratio)
    turned = builder.lshr(phase, ir.Constant(WORDS, [1] * LANES))
    passed = builder.fmul(builder.sitofp(turned, LANE_FLOATS), number(2.0 / TURN))
    unwrapped = builder.fmul(ratio, passed)
    done = builder.sitofp(builder.fptosi(unwrapped, WORDS), LANE_FLOATS)
    done = lesser(builder, done, steps)
    own = builder.fsub(unwrapped, done)
    since = builder.fmul(passed, frames)
    left = builder.fsub(frames, since)
    is_first = builder.fcmp_ordered("==", done, number(0.0))
    last = builder.fadd(since, builder.fmul(at_end, own_frames))  # the last step of the cycle before
    before = builder.select(is_first, last, builder.fmul(own, own_frames))
    is_last = builder.fcmp_ordered(">=", done, steps)
    behind = builder.select(is_last, number(REACH), builder.fmul(builder.fsub(one, own), own_frames))

    def rounding(distance: Any) -> Any:
        return builder.fsub(half, step_integral(builder, distance))

    inner = builder.fsub(rounding(before), rounding(behind))
    outer = builder.fmul(at_end, builder.fsub(rounding(since), rounding(left)))
    return builder.fadd(builder.fsub(own, half), builder.fadd(inner, outer))
