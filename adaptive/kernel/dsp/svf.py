"""A state-variable filter of sixteen lanes, with one coefficient for each of its three outputs.

Trapezoidal integration, so that coefficients may move while it runs (A. Simper, "Solving the continuous SVF
equations using trapezoidal integration and equivalent currents", 2013).  The output is
``m0 · input + m1 · band + m2 · low``: bells, shelves and cuts differ only in their coefficients.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2, filter_warp
from adaptive.kernel.dsp.vectors import LANE_BYTES, VECTOR_BYTES, WIDTH, WORD, load, store
from adaptive.kernel.layout import LANES, QUANTUM, record

STATE = ("low", "band")
COEFFICIENTS = ("b1", "b2", "b3", "m0", "m1", "m2")

SVF = record(
    [
        *((name, "f4", LANES) for name in STATE),
        # b1 … b3: see `ramps.doubled_coefficients`; m1, m2 are halved, as outputs are sums of two states
        *((name, "f4", LANES) for name in COEFFICIENTS),
        *((f"{name}_step", "f4", LANES) for name in COEFFICIENTS),
    ]
)
"""A filter of sixteen lanes; steps are changes a frame."""

OCTAVES_PER_HALF_DB = F32(np.log2(10.0) / 40.0)
SHAPES = BELL, LOW_SHELF, HIGH_SHELF, LOW_CUT, HIGH_CUT = range(5)


class _EightLanes:
    """Eight of a filter's lanes, with coefficients and state in registers."""

    def __init__(self, builder: Any, address: Any, mask: Any, first_lane: int) -> None:
        self.builder, self.address, self.first_lane = builder, address, first_lane
        words = ir.VectorType(ir.IntType(32), WIDTH)
        run = load(builder, mask, 4 * first_lane, words)
        self.is_run = builder.icmp_signed("!=", run, ir.Constant(words, [0] * WIDTH))
        self.before = {name: self._field(name) for name in (*STATE, *COEFFICIENTS)}
        self.now = {name: cgutils.alloca_once_value(builder, value) for name, value in self.before.items()}
        self.steps = {name: self._field(f"{name}_step") for name in COEFFICIENTS}

    def _offset(self, name: str) -> int:
        return int(SVF.fields[name][1]) + 4 * self.first_lane

    def _field(self, name: str) -> Any:
        return load(self.builder, self.address, self._offset(name))

    def step(self, x: Any, is_moving: bool) -> Any:
        """Filter one frame; `is_moving`: advance the coefficients first."""
        builder = self.builder
        if is_moving:
            for name, step in self.steps.items():
                builder.store(builder.fadd(builder.load(self.now[name]), step), self.now[name])
        low, band, b1, b2, b3, m0, m1, m2 = (builder.load(self.now[name]) for name in (*STATE, *COEFFICIENTS))
        v3 = builder.fsub(x, low)
        next_band = builder.fadd(builder.fmul(b1, band), builder.fmul(b2, v3))
        next_low = builder.fadd(builder.fadd(low, builder.fmul(b2, band)), builder.fmul(b3, v3))
        builder.store(next_low, self.now["low"])
        builder.store(next_band, self.now["band"])
        mixed = builder.fadd(builder.fmul(m0, x), builder.fmul(m1, builder.fadd(band, next_band)))
        return builder.fadd(mixed, builder.fmul(m2, builder.fadd(low, next_low)))

    def finish(self) -> None:
        """Store what changed, in the lanes that run."""
        for name, before in self.before.items():
            value = self.builder.select(self.is_run, self.builder.load(self.now[name]), before)
            store(self.builder, value, self.address, self._offset(name))


@intrinsic
def _filter_lanes(_context: Any, _filter: Any, _mask: Any, _block: Any, _is_moving: Any) -> Any:
    """Filter a block of lanes in place; see `filter_lanes`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        address, mask, block, is_moving = args
        halves = [_EightLanes(builder, address, mask, first) for first in range(0, LANES, WIDTH)]

        def filtered(moves: bool) -> None:
            with cgutils.for_range(builder, WORD(QUANTUM)) as loop:
                frame = builder.mul(loop.index, WORD(LANE_BYTES))
                for number, half in enumerate(halves):  # independent: the processor overlaps them
                    at = builder.add(frame, WORD(number * VECTOR_BYTES))
                    store(builder, half.step(load(builder, block, at), moves), block, at)

        with builder.if_else(builder.icmp_signed("!=", is_moving, is_moving.type(0))) as (some, none):
            with some:
                filtered(moves=True)
            with none:
                filtered(moves=False)
        for half in halves:
            half.finish()
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), generate


@rtsafe
def filter_lanes(filter_address: int, mask_address: int, block: int, is_moving: int) -> None:
    """Filter 64 frames of sixteen lanes in place.

    Parameters
    ----------
    filter_address : int64
        Address of an `SVF`.
    mask_address : int64
        Address of sixteen int32: 0 where the filter of a lane is to keep its state.
    block : int64
        Address of the lanes.
    is_moving : int64
        Whether any coefficient has a step; without, the steps must be 0.
    """
    _filter_lanes(filter_address, mask_address, block, is_moving)


@rtsafe
def shape_of(
    shape: int, frequency_hz: float, level_db: float, q: float, sample_rate: float
) -> tuple[float, float, float, float, float, float]:
    """Coefficients ``b1 b2 b3 m0 m1 m2`` of a filter.

    Parameters
    ----------
    shape : int64
        `BELL`, `LOW_SHELF`, `HIGH_SHELF`, `LOW_CUT` or `HIGH_CUT`.
    frequency_hz : float32
        Centre of a bell, middle of a shelf's slope, corner of a cut; clamped to 10 Hz … 0.45 of the rate.
    level_db : float32
        Level at the centre of a bell, or beyond a shelf; cuts ignore it.
    q : float32
        Quality; 0.707 gives shelves and cuts without a bump.
    """
    root = exp2(level_db * OCTAVES_PER_HALF_DB)  # A of the paper: the square root of the gain
    warp, damping = filter_warp(frequency_hz, sample_rate), ONE / q
    m0, m1, m2 = ONE, ZERO, ZERO
    if shape == BELL:
        damping = damping / root
        m1 = damping * (root * root - ONE)
    elif shape == LOW_SHELF:
        warp = warp / np.sqrt(root)
        m1, m2 = damping * (root - ONE), root * root - ONE
    elif shape == HIGH_SHELF:
        warp = warp * np.sqrt(root)
        m0, m1, m2 = root * root, damping * (ONE - root) * root, ONE - root * root
    elif shape == LOW_CUT:
        m1, m2 = -damping, -ONE
    else:
        m0, m2 = ZERO, ONE
    a1 = ONE / (ONE + warp * (warp + damping))
    a2 = warp * a1
    a3 = warp * a2
    return a1 + a1 - ONE, a2 + a2, a3 + a3, m0, m1 * HALF, m2 * HALF


@rtsafe
def aim_svf(
    group: Any, column: int, target: tuple[float, float, float, float, float, float], share: float
) -> None:
    """Move the coefficients of both lanes of a column to a target in a quantum; `share` 1: at once."""
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["b1_step"][lane] = (target[0] - group["b1"][lane]) * share
        group["b2_step"][lane] = (target[1] - group["b2"][lane]) * share
        group["b3_step"][lane] = (target[2] - group["b3"][lane]) * share
        group["m0_step"][lane] = (target[3] - group["m0"][lane]) * share
        group["m1_step"][lane] = (target[4] - group["m1"][lane]) * share
        group["m2_step"][lane] = (target[5] - group["m2"][lane]) * share


@rtsafe
def set_svf(group: Any, column: int, target: tuple[float, float, float, float, float, float]) -> None:
    """Set the coefficients of both lanes of a column, without a ramp."""
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["b1"][lane], group["b2"][lane], group["b3"][lane] = target[0], target[1], target[2]
        group["m0"][lane], group["m1"][lane], group["m2"][lane] = target[3], target[4], target[5]
    rest_svf(group, column)


@rtsafe
def rest_svf(group: Any, column: int) -> None:
    """Stop the ramps of a column's coefficients."""
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["b1_step"][lane], group["b2_step"][lane], group["b3_step"][lane] = ZERO, ZERO, ZERO
        group["m0_step"][lane], group["m1_step"][lane], group["m2_step"][lane] = ZERO, ZERO, ZERO


@rtsafe
def clear_svf(group: Any, column: int) -> None:
    """Empty the memory of a column's filter."""
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["low"][lane], group["band"][lane] = ZERO, ZERO
