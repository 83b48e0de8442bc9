"""The hyperbolic tangent over rows of samples, with a drive and a bias that move along straight lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.dsp.vector_maths import exp2, greater, lesser
from adaptive.kernel.dsp.vectors import (
    VECTOR_BYTES,
    VECTORS,
    WIDTH,
    WORD,
    constant,
    everywhere,
    load,
    splat,
    store,
)

TWICE_LOG2_E = float(np.float32(2.0 * np.log2(np.e)))
MOST = 15.0
"""Beyond, the curve is flat in single precision."""


def tanh(builder: Any, x: Any) -> Any:
    """tanh(x) of a vector; error below 5e-7."""
    one, two = everywhere(1.0, x.type), everywhere(2.0, x.type)
    x = lesser(builder, greater(builder, x, everywhere(-MOST, x.type)), everywhere(MOST, x.type))
    power = exp2(builder, builder.fmul(x, everywhere(TWICE_LOG2_E, x.type)))
    return builder.fsub(one, builder.fdiv(two, builder.fadd(power, one)))


def _bend(builder: Any, address: Any, rows: Any, drive: list[Any], bias: list[Any]) -> None:
    """Replace samples by their curve; `drive` and `bias` are a value and its step, or nothing."""
    count = builder.mul(rows, WORD(VECTORS))
    drive, bias = [splat(builder, one) for one in drive], [splat(builder, one) for one in bias]
    with cgutils.for_range(builder, count) as loop:
        at = builder.mul(loop.index, WORD(VECTOR_BYTES))
        first = builder.sitofp(builder.mul(loop.index, WORD(WIDTH)), ir.FloatType())
        frames = builder.fadd(splat(builder, first), constant([float(n) for n in range(WIDTH)]))
        gain = builder.fadd(drive[0], builder.fmul(drive[1], frames))
        x = builder.fmul(load(builder, address, at), gain)
        if bias:
            middle = builder.fadd(bias[0], builder.fmul(bias[1], frames))
            bent = builder.fsub(tanh(builder, builder.fadd(x, middle)), tanh(builder, middle))
        else:
            bent = tanh(builder, x)
        store(builder, bent, address, at)


@intrinsic
def bend_rows(_context: Any, _address: Any, _rows: Any, _drive: Any, _step: Any) -> Any:
    """Replace the samples of rows that lie one after the other by ``tanh(drive · x)``.

    `_address` is that of the first row, `_rows` their number, `_drive` a gain, `_step` its change a sample.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        _bend(builder, args[0], args[1], list(args[2:4]), [])
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32, types.float32), generate


@intrinsic
def bend_off_middle(
    _context: Any, _address: Any, _rows: Any, _drive: Any, _step: Any, _bias: Any, _bias_step: Any
) -> Any:
    """Replace samples by ``tanh(drive · x + bias) - tanh(bias)``; see `bend_rows`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        _bend(builder, args[0], args[1], list(args[2:4]), list(args[4:6]))
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, *[types.float32] * 4), generate
