from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.compile.jit import FLAGS
from adaptive.kernel.dsp import vector_maths as vm
from adaptive.kernel.dsp.vectors import WIDTH, load, store


def vectorised(make: Any) -> Any:
    """A function of two addresses that applies `make` to eight floats."""

    @intrinsic
    def apply(_context: Any, _to: Any, _source: Any) -> Any:
        def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            store(builder, make(builder, load(builder, args[1])), args[0])
            return ctx.get_dummy_value()

        return types.void(types.int64, types.int64), generate

    @numba.njit(**FLAGS)
    def run(to: int, source: int) -> None:
        apply(to, source)

    return run


def results(make: Any, x: np.ndarray) -> np.ndarray:
    run, source, to = vectorised(make), aligned(np.float32, WIDTH), aligned(np.float32, WIDTH)
    found = np.zeros(x.size, np.float32)
    for first in range(0, x.size, WIDTH):
        source[:] = x[first : first + WIDTH]
        run(address(to), address(source))
        found[first : first + WIDTH] = to
    return found


def test_the_logarithm_is_exact_to_three_millionths_of_an_octave() -> None:
    x = np.concatenate([np.geomspace(1e-6, 1e6, 4000), np.linspace(0.99, 1.01, 800)]).astype(np.float32)

    assert np.abs(results(vm.log2, x) - np.log2(x.astype(float))).max() < 5e-6
    assert results(vm.log2, np.float32([1, 2, 4, 8, 0.5, 0.25, 16, 32])).tolist() == [
        0,
        1,
        2,
        3,
        -1,
        -2,
        4,
        5,
    ]


def test_the_power_of_two_is_that_of_single_numbers() -> None:
    x = np.linspace(-40.0, 20.0, 4000).astype(np.float32)
    exact = 2.0 ** x.astype(float)

    assert np.abs(results(vm.exp2, x) / exact - 1.0).max() < 3e-7
    assert results(vm.exp2, np.zeros(8, np.float32)).tolist() == [1.0] * 8


def test_what_is_not_a_number_gives_way() -> None:
    x = np.float32([np.nan, 1.0, np.inf, -np.inf, 0.0, -1.0, 2.0, 1e-9])
    zero = vm.everywhere(0.0)

    assert results(lambda b, v: vm.greater(b, v, zero), x)[:2].tolist() == [0.0, 1.0]
    assert results(lambda b, v: vm.lesser(b, v, zero), x)[[0, 3, 5]].tolist() == [0.0, -np.inf, -1.0]
