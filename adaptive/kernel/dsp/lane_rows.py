"""Moves sixteen rows to and from a block of lanes: 64 frames, each with a float for each of sixteen lanes."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    VECTOR_BYTES,
    VECTORS,
    WIDTH,
    WORD,
    load,
    store,
    transposed,
)
from adaptive.kernel.layout import LANES

HALVES = range(0, LANES, WIDTH)
"""First lane of each half: eight lanes are transposed at a time."""


def _rows(builder: Any, addresses: Any, first_lane: int) -> list[Any]:
    return [load(builder, addresses, 8 * (first_lane + row), WORD) for row in range(WIDTH)]


@intrinsic
def rows_to_lanes(_context: Any, _addresses: Any, _block: Any) -> Any:
    """Copy sixteen rows, whose addresses lie at `_addresses`, to the block of lanes at `_block`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        addresses, block = args
        for first in HALVES:
            rows = _rows(builder, addresses, first)
            with cgutils.for_range(builder, WORD(VECTORS)) as loop:
                at = builder.mul(loop.index, WORD(VECTOR_BYTES))
                to = builder.mul(loop.index, WORD(WIDTH * LANE_BYTES))
                frames = transposed(builder, [load(builder, row, at) for row in rows])
                for number, frame in enumerate(frames):
                    store(builder, frame, block, builder.add(to, WORD(number * LANE_BYTES + 4 * first)))
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def lanes_to_rows(_context: Any, _block: Any, _addresses: Any) -> Any:
    """Copy a block of lanes to sixteen rows: the inverse of `rows_to_lanes`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        block, addresses = args
        for first in HALVES:
            rows = _rows(builder, addresses, first)
            with cgutils.for_range(builder, WORD(VECTORS)) as loop:
                at = builder.mul(loop.index, WORD(VECTOR_BYTES))
                source = builder.mul(loop.index, WORD(WIDTH * LANE_BYTES))
                frames = [
                    load(builder, block, builder.add(source, WORD(number * LANE_BYTES + 4 * first)))
                    for number in range(WIDTH)
                ]
                for row, values in zip(rows, transposed(builder, frames), strict=True):
                    store(builder, values, row, at)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate
