"""The rules for kernel functions, checked in the compiled code of time-stretch, which is no unit yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import pytest
from numba import types

from adaptive.kernel.compile.jit import FLAGS, registry
from benchmarks import stretch
from tests.helpers import audit
from tests.unit.kernel.sources import test_slices, test_varispeed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROGRAMS = {
    "stretch": stretch.drive,
    "fft": stretch.transform,
    "slices": test_slices.play,
    "varispeed": test_varispeed.play,
}
MODULES = ("stretch", "stretch_map", "stretch_read", "stretch_spectrum", "slices", "varispeed")


def llvm_code(function: Callable[..., Any]) -> str:
    """The code of a C function of int64, compiled without a cache."""
    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    signature = types.void(*[types.int64] * function.__code__.co_argcount)
    code: str = numba.cfunc(signature, nopython=True, cache=False, **flags)(function).inspect_llvm()
    return code


def test_time_stretch_neither_allocates_nor_raises_nor_calls_python() -> None:
    found = {name: audit.faults(llvm_code(function)) for name, function in PROGRAMS.items()}
    entries = [
        audit.described(one) for one in registry if one.py_func.__module__.rpartition(".")[2] in MODULES
    ]

    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(entries) > 35
    assert {entry["name"]: entry["faults"] for entry in entries if entry["faults"]} == {}
    assert {e["name"]: e["signatures"] for e in entries if len(e["signatures"]) != 1} == {}
    assert max(entry["lines"] for entry in entries) <= 60
    assert max(entry["arguments"] for entry in entries) <= 12
