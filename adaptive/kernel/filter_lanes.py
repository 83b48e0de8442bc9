"""The low-pass of strips, for clips and for buses: sixteen rows of a quantum at a time, in place.

A filter's next frame hangs on the last, so what runs side by side are the sixteen channels of eight strips,
and those lie one after the other.  So sixteen frames of sixteen rows are turned over into vectors of a frame
each, filtered with the state in registers, and turned back.  LLVM finds neither by itself (with loops in
Python: 880 ns a group; so: 300), which is why this one function is written in its words.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.jit import rtsafe
from adaptive.kernel.layout import LANE_FILTER, LANES, QUANTUM
from adaptive.kernel.maths import F32, ZERO

TOO_LOUD = F32(1e6)
FRAME = ir.VectorType(ir.FloatType(), LANES)
WORDS = ir.VectorType(ir.IntType(32), LANES)
ROW_BYTES, LINE = 4 * QUANTUM, 64
LOWER = [number // 2 + LANES * (number % 2) for number in range(LANES)]
UPPER = [place + LANES // 2 for place in LOWER]
"""Which elements two vectors give to their interleaved lower and upper halves."""


def _turned(builder: Any, vectors: list[Any]) -> list[Any]:
    """Turn sixteen vectors of sixteen over: four rounds of a perfect shuffle are a transposition."""
    masks = [ir.Constant(WORDS, places) for places in (LOWER, UPPER)]
    for _ in range(LANES.bit_length() - 1):
        pairs = zip(vectors[: LANES // 2], vectors[LANES // 2 :], strict=True)
        vectors = [builder.shuffle_vector(a, b, mask) for a, b in pairs for mask in masks]
    return vectors


@intrinsic
def low_pass_rows(_context: Any, _state: Any, _rows: Any) -> Any:
    """Low-pass sixteen rows that follow each other in memory, where they are on, with coefficients that move.

    The trapezoidal state-variable filter (Simper 2013, "Solving the continuous SVF").  Both addresses
    begin at a cache line; of the state, a `LANE_FILTER`, nothing else may be known here than where it lies.
    """

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        word = ir.IntType(64)

        def place(base: Any, offset: Any, kind: Any = FRAME) -> Any:
            at = builder.add(base, offset if isinstance(offset, ir.Value) else word(offset))
            return builder.inttoptr(at, kind.as_pointer())

        def field(name: str, kind: Any = FRAME) -> Any:
            return place(args[0], int(LANE_FILTER.fields[name][1]), kind)

        def load(pointer: Any) -> Any:
            return builder.load(pointer, align=LINE)

        names = ("low", "band", "a1", "a2", "a3")
        kept = {name: cgutils.alloca_once_value(builder, load(field(name))) for name in names}
        steps = {name: load(field(f"{name}_step")) for name in names[2:]}
        is_on = builder.icmp_signed("!=", load(field("is_on", WORDS)), ir.Constant(WORDS, [0] * LANES))
        two = ir.Constant(FRAME, [2.0] * LANES)

        def step(x: Any) -> Any:
            low, band, a1, a2, a3 = (builder.load(kept[name]) for name in names)
            v3 = builder.fsub(x, low)
            v1 = builder.fadd(builder.fmul(a1, band), builder.fmul(a2, v3))
            v2 = builder.fadd(builder.fadd(low, builder.fmul(a2, band)), builder.fmul(a3, v3))
            builder.store(builder.fsub(builder.fmul(two, v1), band), kept["band"])
            builder.store(builder.fsub(builder.fmul(two, v2), low), kept["low"])
            for name, value in (("a1", a1), ("a2", a2), ("a3", a3)):
                builder.store(builder.fadd(value, steps[name]), kept[name])
            return builder.select(is_on, v2, x)

        with cgutils.for_range(builder, word(QUANTUM // LANES)) as loop:
            first = builder.mul(loop.index, word(4 * LANES))
            rows = [place(args[1], builder.add(first, word(row * ROW_BYTES))) for row in range(LANES)]
            frames = _turned(builder, [load(row) for row in rows])
            for row, vector in zip(rows, _turned(builder, [step(frame) for frame in frames]), strict=True):
                builder.store(vector, row, align=LINE)
        for name in names:
            builder.store(builder.load(kept[name]), field(name), align=LINE)
        return _ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@rtsafe
def filter_rows(state_address: int, rows_address: int) -> None:
    """Low-pass a group's sixteen rows in place."""
    low_pass_rows(state_address, rows_address)


@rtsafe
def forget_broken(group: Any) -> None:
    """Clear the state of lanes that are no longer numbers: a filter would keep them for ever."""
    for lane in range(LANES):
        is_fine = abs(group["low"][lane]) < TOO_LOUD and abs(group["band"][lane]) < TOO_LOUD
        group["low"][lane] = group["low"][lane] if is_fine else ZERO
        group["band"][lane] = group["band"][lane] if is_fine else ZERO
