"""The compile flags of all kernel functions, and the registry that the audit reads.

Every kernel function is decorated with `rtsafe`, so all share one set of flags: ``nogil`` because the
audio thread must not wait for the interpreter lock, ``error_model="numpy"`` because the default raises on
division by zero and a raise takes that lock, ``fastmath=False`` because SSE, AVX2 and AVX-512 give the same
samples only without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import llvmlite.binding as llvm
import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

P = ParamSpec("P")
R = TypeVar("R")

FLAGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": False,
    "boundscheck": False,
}

# LLVM unrolls copies of sixteen lanes before its loop vectoriser runs; only the SLP vectoriser, which
# numba switches off, turns them into vectors (256 voices: 5.4 % of a core without it, 2.4 % with it).
numba.config.SLP_VECTORIZE = 1


def wide_features() -> str | None:
    """Processor features that make LLVM use 512-bit vectors, or None to leave the choice to it.

    LLVM prefers 256 bits on every Intel processor.  From Ice Lake on (recognised by VBMI2) 512 bits are a
    third faster here, with the same samples.  ``NUMBA_CPU_FEATURES`` overrides this choice.
    """
    if numba.config.CPU_FEATURES is not None:
        return str(numba.config.CPU_FEATURES)
    features = llvm.get_host_cpu_features()
    if not features.get("avx512vbmi2"):
        return None
    return f"{features.flatten()},-prefer-256-bit"


numba.config.CPU_FEATURES = wide_features()

UNIT = types.int32(types.int64, types.int64, types.int64, types.int64)
"""Signature of a unit of the render list: ``(header, item, first, count) -> int32``."""

registry: list[Any] = []
"""Every function compiled for the audio thread, in order of definition."""


def rtsafe(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function for the audio thread and add it to the registry."""
    dispatcher = numba.njit(**FLAGS)(function)
    registry.append(dispatcher)
    return cast("Callable[P, R]", dispatcher)


@intrinsic
def pointer(_context: Any, _address: Any) -> Any:
    """Turn an integer address into a pointer."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


@intrinsic
def call_unit(_context: Any, _address: Any, _header: Any, _item: Any, _first: Any, _count: Any) -> Any:
    """Call a unit by its address: ``(header, item, first, count) -> int32``."""
    signature = types.int32(types.int64, types.int64, types.int64, types.int64, types.int64)

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        from llvmlite import ir

        word = ir.IntType(64)
        kind = ir.FunctionType(ir.IntType(32), [word] * 4).as_pointer()
        return builder.call(builder.inttoptr(args[0], kind), args[1:])

    return signature, generate


@intrinsic
def call_get_buffer(_context: Any, _address: Any, _port: Any, _frames: Any) -> Any:
    """Call ``jack_port_get_buffer`` by its address: ``(port, uint32 frames) -> address``."""
    signature = types.int64(types.int64, types.int64, types.int64)

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        from llvmlite import ir

        word, number = ir.IntType(64), ir.IntType(32)
        kind = ir.FunctionType(word, [word, number]).as_pointer()
        function = builder.inttoptr(args[0], kind)
        return builder.call(function, [args[1], builder.trunc(args[2], number)])

    return signature, generate
