"""Meters: energy and peak of a quantum, summed in the same order on every processor."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.vectors import ROW_BYTES, ROW_OFFSETS, folded, load, magnitude, store
from adaptive.kernel.layout import QUANTUM


@intrinsic
def sum_squares(_context: Any, _address: Any) -> Any:
    """Sum of the squares of the row at an address."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        row = [load(builder, args[0], offset) for offset in ROW_OFFSETS]
        return folded(builder, [builder.fmul(vector, vector) for vector in row], builder.fadd)

    return types.float32(types.int64), generate


@intrinsic
def sum_squares_of_pair(_context: Any, _address: Any) -> Any:
    """Sum of the squares of two adjacent rows."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        rows = [load(builder, args[0], side * ROW_BYTES + at) for side in range(2) for at in ROW_OFFSETS]
        return folded(builder, [builder.fmul(vector, vector) for vector in rows], builder.fadd)

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


@intrinsic
def least_of_row(_context: Any, _address: Any) -> Any:
    """Least number of the row at an address."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        def lesser(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered("<", a, b), a, b)

        return folded(builder, [load(builder, args[0], offset) for offset in ROW_OFFSETS], lesser)

    return types.float32(types.int64), generate


@intrinsic
def _measure_row(_context: Any, _address: Any, _peak: Any, _square: Any, _share: Any) -> Any:
    """Update a peak and a mean square by a row, in one pass; see `measure_row`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        address, peak, square, share = args
        row = [load(builder, address, offset) for offset in ROW_OFFSETS]
        number = row[0].type.element

        def larger(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered(">", a, b), a, b)

        loudest = folded(builder, [magnitude(builder, vector) for vector in row], larger)
        store(builder, larger(load(builder, peak, 0, number), loudest), peak)
        mean = folded(builder, [builder.fmul(vector, vector) for vector in row], builder.fadd)
        mean = builder.fmul(mean, number(1.0 / QUANTUM))
        before = load(builder, square, 0, number)
        now = builder.fadd(before, builder.fmul(builder.fsub(mean, before), share))
        store(builder, now, square)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.float32), generate


@rtsafe
def energy(address: int) -> float:
    """Sum of squares of the quantum at an address; not finite if a sample is not finite."""
    return sum_squares(address)


@rtsafe
def energy_of_pair(address: int) -> float:
    """Sum of squares of two adjacent rows; not finite if a sample is not finite."""
    return sum_squares_of_pair(address)


@rtsafe
def peak_of(address: int) -> float:
    """Largest magnitude in the quantum at an address."""
    return largest_magnitude(address)


@rtsafe
def least_of(address: int) -> float:
    """Least number of the quantum at an address."""
    return least_of_row(address)


@rtsafe
def measure_row(address: int, peak: int, square: int, share: float) -> None:
    """Raise a peak to that of a row, and move a mean square to its mean square.

    Parameters
    ----------
    address, peak, square : int64
        Addresses of the row and of the two float32.
    share : float32
        Share of the distance that the mean square covers.
    """
    _measure_row(address, peak, square, share)
