"""Logarithm and power of two of vectors, by the polynomials that every processor computes alike."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from adaptive.kernel.dsp.maths import E0, E1, E2, E3, E4, E5
from adaptive.kernel.dsp.vectors import everywhere

# log2(1 + x) = x + x (1 - x) L(x) on [0, 1], exact at both ends so that octaves join; error below 3e-6
LOG_TERMS = (0.442544937, -0.275600195, 0.181948438, -0.0959558114, 0.0258411318)
POWER_TERMS = tuple(float(term) for term in (E0, E1, E2, E3, E4, E5))
MANTISSA_BITS, BIAS = 23, 127


def integers(count: int) -> Any:
    """The type of a vector of 32-bit integers."""
    return ir.VectorType(ir.IntType(32), count)


def whole(value: int, count: int) -> Any:
    """A constant vector of integers."""
    return ir.Constant(integers(count), [value] * count)


def polynomial(builder: Any, x: Any, terms: tuple[float, ...]) -> Any:
    """The value of a polynomial, by Horner's rule; `terms` begin with the constant."""
    value = everywhere(terms[-1], x.type)
    for term in terms[-2::-1]:
        value = builder.fadd(builder.fmul(value, x), everywhere(term, x.type))
    return value


def lesser(builder: Any, a: Any, b: Any) -> Any:
    """The lesser elements of two vectors; those of `b` where `a` is not a number."""
    return builder.select(builder.fcmp_ordered("<", a, b), a, b)


def greater(builder: Any, a: Any, b: Any) -> Any:
    """The greater elements of two vectors; those of `b` where `a` is not a number."""
    return builder.select(builder.fcmp_ordered(">", a, b), a, b)


def log2(builder: Any, x: Any) -> Any:
    """The binary logarithm of normal positive float32; error below 3e-6."""
    count = x.type.count
    bits = builder.bitcast(x, integers(count))
    exponent = builder.sub(builder.lshr(bits, whole(MANTISSA_BITS, count)), whole(BIAS, count))
    mantissa = builder.or_(
        builder.and_(bits, whole((1 << MANTISSA_BITS) - 1, count)),
        whole(BIAS << MANTISSA_BITS, count),
    )
    one = everywhere(1.0, x.type)
    t = builder.fsub(builder.bitcast(mantissa, x.type), one)
    bent = builder.fmul(builder.fmul(t, builder.fsub(one, t)), polynomial(builder, t, LOG_TERMS))
    return builder.fadd(builder.sitofp(exponent, x.type), builder.fadd(t, bent))


def exp2(builder: Any, x: Any) -> Any:
    """Two to the power of float32, which must be from -126 to 126; relative error below 3e-7."""
    count = x.type.count
    lifted = builder.fptosi(builder.fadd(x, everywhere(256.0, x.type)), integers(count))
    exponent = builder.sub(lifted, whole(256, count))
    part = builder.fsub(x, builder.sitofp(exponent, x.type))
    scale = builder.shl(builder.add(exponent, whole(BIAS, count)), whole(MANTISSA_BITS, count))
    return builder.fmul(polynomial(builder, part, POWER_TERMS), builder.bitcast(scale, x.type))
