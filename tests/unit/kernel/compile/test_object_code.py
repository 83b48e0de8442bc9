"""Machine code is written as bytes, read again, and not loaded where a symbol is missing."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import pytest

from adaptive.kernel.compile import build
from adaptive.kernel.compile.cache import DIGEST_BYTES
from adaptive.kernel.compile.object_code import ObjectCode


@pytest.fixture(scope="module")
def publish() -> ObjectCode:
    """The code of the unit that writes a word for another thread."""
    build.addresses(["publish"])
    path = build.unit_file("publish").path()
    assert path is not None
    return ObjectCode.from_bytes(path.read_bytes()[DIGEST_BYTES:])


def test_code_is_loaded_again_and_runs(publish: ObjectCode) -> None:
    address = ObjectCode.from_bytes(publish.to_bytes()).load()
    assert address is not None
    word = ctypes.c_int64(0)
    unit = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_int64] * 4)(address)

    assert unit(ctypes.addressof(word), 7, 0, 0) == 0
    assert word.value == 7


def test_code_that_refers_to_an_unknown_symbol_is_not_loaded(publish: ObjectCode) -> None:
    """LLVM would end the process."""
    assert replace(publish, externals=("no_such_symbol",)).load() is None


def test_symbols_of_the_compilers_runtime_are_known(publish: ObjectCode) -> None:
    runtime = ("NRT_Free", "NRT_MemInfo_call_dtor", "numba_gil_ensure", "PyErr_SetString", "memset")

    assert replace(publish, externals=runtime).load() is not None


@pytest.mark.parametrize("body", [b"", b"{}\n", b"[]\ncode", b"\x80\x04pickle\ncode", b'{"symbol": 1}\n'])
def test_other_bytes_are_no_code(body: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        ObjectCode.from_bytes(body)
