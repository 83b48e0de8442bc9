"""Builders of LLVM vector instructions, for the few loops that LLVM does not vectorise by itself.

A vector has eight floats on every processor, so sums and scans run in the same order everywhere and give the
same samples.  A row is the 64 frames of a quantum; addresses are integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.layout import LANES, QUANTUM

WIDTH = 8
FLOATS = ir.VectorType(ir.FloatType(), WIDTH)
LANE_FLOATS = ir.VectorType(ir.FloatType(), LANES)
LANE_BYTES = 4 * LANES
"""Bytes of one float for each of sixteen lanes; lanes are independent, so any vector width gives the same."""

WORD = ir.IntType(64)
VECTORS = QUANTUM // WIDTH
"""Vectors in a row."""

VECTOR_BYTES, ROW_BYTES = 4 * WIDTH, 4 * QUANTUM
ROW_OFFSETS = range(0, ROW_BYTES, VECTOR_BYTES)


def place(builder: Any, base: Any, offset: Any = 0, kind: Any = FLOATS) -> Any:
    """Pointer to a value of type `kind`, `offset` bytes after an address."""
    at = builder.add(base, offset if isinstance(offset, ir.Value) else WORD(offset))
    return builder.inttoptr(at, kind.as_pointer())


def load(builder: Any, base: Any, offset: Any = 0, kind: Any = FLOATS) -> Any:
    """Load a value; the address must be a multiple of four bytes, no more."""
    return builder.load(place(builder, base, offset, kind), align=4)


def store(builder: Any, value: Any, base: Any, offset: Any = 0) -> None:
    """Store a value; the address must be a multiple of four bytes, no more."""
    builder.store(value, place(builder, base, offset, value.type), align=4)


def constant(values: Sequence[float]) -> Any:
    """A constant vector."""
    return ir.Constant(ir.VectorType(ir.FloatType(), len(values)), list(values))


def everywhere(value: float, kind: Any = FLOATS) -> Any:
    """A constant vector with the same number in every element."""
    return constant([value] * kind.count)


def shuffled(builder: Any, a: Any, b: Any, places: Sequence[int]) -> Any:
    """Select elements of two vectors by their index in the concatenation of both."""
    words = ir.VectorType(ir.IntType(32), len(places))
    return builder.shuffle_vector(a, b, ir.Constant(words, list(places)))


def splat(builder: Any, value: Any, kind: Any = FLOATS) -> Any:
    """A vector with one run-time number in every element."""
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.IntType(32)(0))
    return shuffled(builder, first, first, [0] * kind.count)


def magnitude(builder: Any, vector: Any) -> Any:
    """Magnitudes of a vector's elements."""
    kind = vector.type
    name = f"llvm.fabs.v{kind.count}f32"
    fabs = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind]), name)
    return builder.call(fabs, [vector])


def element(builder: Any, vector: Any, number: int) -> Any:
    """One element of a vector."""
    return builder.extract_element(vector, ir.IntType(32)(number))


def folded(builder: Any, vectors: Sequence[Any], join: Any) -> Any:
    """Reduce vectors to one number with `join`: pair by pair, then the halves of the last vector."""
    while len(vectors) > 1:
        vectors = [join(a, b) for a, b in zip(vectors[::2], vectors[1::2], strict=True)]
    (vector,) = vectors
    width = WIDTH // 2
    while width:
        vector = join(vector, shuffled(builder, vector, vector, [(n + width) % WIDTH for n in range(WIDTH)]))
        width //= 2
    return element(builder, vector, 0)


SINGLES = ([0, 8, 1, 9, 4, 12, 5, 13], [2, 10, 3, 11, 6, 14, 7, 15])
DOUBLES = ([0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15])
HALVES = ([0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15])
"""Index patterns that merge two vectors: alternating elements, alternating pairs, one half of each.

The first two do not cross the halves of a vector, which is cheap on processors with eight floats a register.
"""


def transposed(builder: Any, rows: Sequence[Any]) -> list[Any]:
    """Transpose eight vectors of eight floats."""

    def paired(vectors: Sequence[Any], distance: int, masks: Any) -> list[Any]:
        """Merge each vector with the one `distance` later; the two results replace them."""
        joined = list(vectors)
        for number in range(WIDTH):
            if not number & distance:
                a, b = vectors[number], vectors[number + distance]
                joined[number], joined[number + distance] = (shuffled(builder, a, b, m) for m in masks)
        return joined

    for distance, masks in ((1, SINGLES), (2, DOUBLES), (4, HALVES)):
        rows = paired(rows, distance, masks)
    # the first two rounds leave the columns of each half in the order 0 2 1 3
    return [rows[number] for number in (0, 2, 1, 3, 4, 6, 5, 7)]


@intrinsic
def interleave_rows(_context: Any, _out: Any, _left: Any) -> Any:
    """Interleave two adjacent rows: left and right of each frame become neighbours."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        out, left = args
        for offset in ROW_OFFSETS:
            a, b = (load(builder, left, offset + side * ROW_BYTES) for side in range(2))
            low, high = (
                [n // 2 + WIDTH * (n % 2) + first for n in range(WIDTH)] for first in (0, WIDTH // 2)
            )
            store(builder, shuffled(builder, a, b, low), out, 2 * offset)
            store(builder, shuffled(builder, a, b, high), out, 2 * offset + VECTOR_BYTES)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def add_lane_sums(_context: Any, _row: Any, _block: Any) -> Any:
    """Add to each frame of a row the sum of its sixteen lanes in a block, in a fixed order."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        row, block = args
        for offset in ROW_OFFSETS:
            first = offset * LANES
            halves = [
                [load(builder, block, first + frame * LANE_BYTES + half * VECTOR_BYTES) for half in range(2)]
                for frame in range(WIDTH)
            ]
            lanes = transposed(builder, [builder.fadd(a, b) for a, b in halves])
            # lane n and n + 4, then n + 2, then n + 1
            for distance in (4, 2, 1):
                lanes = [builder.fadd(lanes[n], lanes[n + distance]) for n in range(distance)]
            store(builder, builder.fadd(load(builder, row, offset), lanes[0]), row, offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate
