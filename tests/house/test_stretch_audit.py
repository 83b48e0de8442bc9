"""The rules for kernel functions, checked in the compiled code of time-stretch, which is no unit yet."""

from __future__ import annotations

import numba
import pytest
from numba import types

from adaptive.kernel.compile.jit import FLAGS
from benchmarks import stretch
from tests.helpers import audit

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("name", "count"), [("drive", 12), ("transform", 6)])
def test_time_stretch_neither_allocates_nor_raises_nor_calls_python(name: str, count: int) -> None:
    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    signature = types.void(*[types.int64] * count)
    made = numba.cfunc(signature, nopython=True, cache=False, **flags)(getattr(stretch, name))

    assert audit.faults(made.inspect_llvm()) == []


def test_every_function_of_time_stretch_is_compiled_once_and_alone_is_sound() -> None:
    from adaptive.kernel.compile.jit import registry

    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    numba.cfunc(types.void(*[types.int64] * 12), nopython=True, cache=False, **flags)(stretch.drive)
    found = [one for one in registry if ".stretch" in one.py_func.__module__]
    told = [audit.described(one) for one in found]

    assert len(told) > 20
    assert {entry["name"]: entry["faults"] for entry in told if entry["faults"]} == {}
    assert {e["name"]: e["signatures"] for e in told if len(e["signatures"]) != 1} == {}
    assert {
        e["name"]: (e["lines"], e["arguments"]) for e in told if e["lines"] > 60 or e["arguments"] > 12
    } == {}
