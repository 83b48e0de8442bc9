"""Meters: energy and peak of a quantum, summed in the same order on every processor."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.vectors import ROW_OFFSETS, folded, load, magnitude


@intrinsic
def sum_squares(_context: Any, _address: Any) -> Any:
    """Sum of the squares of the row at an address."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        row = [load(builder, args[0], offset) for offset in ROW_OFFSETS]
        return folded(builder, [builder.fmul(vector, vector) for vector in row], builder.fadd)

    return types.float32(types.int64), generate


@intrinsic
def largest_magnitude(_context: Any, _address: Any) -> Any:
    """Largest magnitude in the row at an address."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        def larger(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered(">", a, b), a, b)

        row = [magnitude(builder, load(builder, args[0], offset)) for offset in ROW_OFFSETS]
        return folded(builder, row, larger)

    return types.float32(types.int64), generate


@rtsafe
def energy(address: int) -> float:
    """Sum of squares of the quantum at an address; not finite if a sample is not finite."""
    return sum_squares(address)


@rtsafe
def peak_of(address: int) -> float:
    """Largest magnitude in the quantum at an address."""
    return largest_magnitude(address)
