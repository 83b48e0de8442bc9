"""Processor intrinsics: atomic operations, flush-to-zero, prefetch, and reinterpretation of bits.

The floating-point control register needs an intrinsic for each architecture.  LLVM does not raise for an
x86 intrinsic on aarch64: it aborts the process.
"""

from __future__ import annotations

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

MACHINE = platform.machine().lower()
IS_X86 = MACHINE in {"x86_64", "amd64"}
IS_ARM = MACHINE in {"aarch64", "arm64"}


@intrinsic
def load_acquire(_context: Any, _address: Any) -> Any:
    """Load an aligned int64 with acquire ordering: all that its writer stored before it is visible."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        where = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        return builder.load_atomic(where, "acquire", 8, typ=ir.IntType(64))

    return types.int64(types.int64), generate


@intrinsic
def store_release(_context: Any, _address: Any, _value: Any) -> Any:
    """Store an aligned int64 with release ordering: a reader that sees it sees all earlier stores."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        where = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        builder.store_atomic(args[1], where, "release", 8)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


def _change_bits(operation: str) -> Any:
    """Generate a sequentially consistent atomic read-modify-write."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        where = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        return builder.atomic_rmw(operation, where, args[1], "seq_cst")

    return types.int64(types.int64, types.int64), generate


@intrinsic
def set_bits(_context: Any, _address: Any, _bits: Any) -> Any:
    """Set bits of an aligned int64 atomically (fetch-or); return the previous value."""
    return _change_bits("or")


@intrinsic
def keep_bits(_context: Any, _address: Any, _bits: Any) -> Any:
    """Clear all other bits of an aligned int64 atomically (fetch-and); return the previous value."""
    return _change_bits("and")


@intrinsic
def add_to_word(_context: Any, _address: Any, _value: Any) -> Any:
    """Add to an aligned int64 atomically (fetch-add); return the previous value."""
    return _change_bits("add")


@intrinsic
def prefetch(_context: Any, _address: Any) -> Any:
    """Prefetch the cache line at an address; with more than 30 stems, reads would wait for memory."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], cgutils.voidptr_t)
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(function, [pointer, word(0), word(3), word(1)])
        return ctx.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def float_of_bits(_context: Any, _bits: Any) -> Any:
    """Read an int32 as the float32 with the same bits."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), generate


@intrinsic
def double_of_bits(_context: Any, _bits: Any) -> Any:
    """Read an int64 as the float64 with the same bits."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def bits_of_float(_context: Any, _value: Any) -> Any:
    """Read a float32 as the int32 with the same bits."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), generate


def _generate_x86(builder: Any, value: Any | None) -> Any:
    word = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t])
    place = cgutils.alloca_once(builder, word)
    raw = builder.bitcast(place, cgutils.voidptr_t)
    if value is None:
        store = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.stmxcsr")
        builder.call(store, [raw])
        return builder.zext(builder.load(place), ir.IntType(64))
    builder.store(builder.trunc(value, word), place)
    load = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.ldmxcsr")
    builder.call(load, [raw])
    return None


def _generate_arm(builder: Any, value: Any | None) -> Any:
    # no inline assembly: numba starts LLVM without its assembly parser, and the process would abort
    word = ir.IntType(64)
    if value is None:
        kind = ir.FunctionType(word, [])
        read = cgutils.get_or_insert_function(builder.module, kind, "llvm.aarch64.get.fpcr")
        return builder.call(read, [])
    kind = ir.FunctionType(ir.VoidType(), [word])
    write = cgutils.get_or_insert_function(builder.module, kind, "llvm.aarch64.set.fpcr")
    builder.call(write, [value])
    return None


def _control_register(builder: Any, value: Any | None) -> Any:
    if IS_X86:
        return _generate_x86(builder, value)
    if IS_ARM:
        return _generate_arm(builder, value)
    return ir.IntType(64)(0) if value is None else None


FLUSH_BITS = 0x8040 if IS_X86 else (1 << 24)
"""Flush-to-zero and denormals-are-zero: bits 15 and 6 of MXCSR (x86), bit 24 of FPCR (ARM)."""


@intrinsic
def read_float_mode(_context: Any) -> Any:
    """Read the floating-point control register."""

    def generate(_ctx: Any, builder: Any, _sig: Any, _args: Any) -> Any:
        return _control_register(builder, None)

    return types.int64(), generate


@intrinsic
def write_float_mode(_context: Any, _value: Any) -> Any:
    """Write the floating-point control register."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        _control_register(builder, args[0])
        return ctx.get_dummy_value()

    return types.void(types.int64), generate
