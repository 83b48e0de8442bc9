from __future__ import annotations

from pathlib import Path

import pytest
from numba.core.codegen import CPUCodeLibrary

from adaptive.kernel.compile.link_only import link_only
from tests.unit.kernel.compile.programs import output_of, start

COMPILE = """
from adaptive.kernel.compile import build
from adaptive.kernel.compile.link_only import link_only
assert link_only({"publish_unit"})
build.load_unit("publish")
print(build.unit_file("publish").path() is not None)
"""

USE = """
import ctypes
from adaptive.kernel.compile import build
word = ctypes.c_int64(0)
unit = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_int64] * 4)(build.load_unit("publish"))
unit(ctypes.addressof(word), 1234567890123, 0, 0)
print(word.value)
"""


@pytest.mark.ci
def test_a_unit_made_by_linking_alone_runs_in_another_process(tmp_path: Path) -> None:
    made = output_of(start(COMPILE, tmp_path))
    used = output_of(start(USE, tmp_path))

    assert made.strip() == "True"
    assert used.strip() == "1234567890123"


def test_with_another_numba_everything_is_compiled_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(CPUCodeLibrary, "_finalize_final_module")
    before = CPUCodeLibrary._optimize_final_module

    assert not link_only({"publish_unit"})
    assert CPUCodeLibrary._optimize_final_module is before
