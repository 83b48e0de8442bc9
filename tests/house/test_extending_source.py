"""The source on the page for programmers works as printed, and as a layer of a preset."""

from __future__ import annotations

import importlib.util
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from adaptive.instruments.kinds import instrument_spec
from adaptive.kernel import units
from adaptive.kernel.compile import build
from adaptive.kernel.compile.jit import FLAGS, UNIT
from adaptive.kernel.sources.registry import SOURCES
from adaptive.preset.instrument_tables import source_table
from tests.helpers import audit
from tests.helpers.source_contract import CHECKS

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"
NAME = "adaptive.kernel.sources.reed"

pytestmark = pytest.mark.ci
"""It compiles the source afresh for its contract, as the test of the page's processor does: 12 s."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[types.ModuleType, Any]:
    """The module of the page, and its compiled unit."""
    samples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path_factory.mktemp("source") / "reed.py"
    file.write_text(next(sample for sample in samples if "SOURCE = SoundSource(" in sample), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(NAME, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)
    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    return module, numba.cfunc(UNIT, nopython=True, cache=False, **flags)(module.unit)


@pytest.fixture
def _registered(monkeypatch: pytest.MonkeyPatch, made: tuple[types.ModuleType, Any]) -> None:
    module, unit = made
    build.addresses(build.unit_names(("clips",)))  # what is loaded is not looked for
    monkeypatch.setitem(SOURCES, "reed", module.SOURCE)
    monkeypatch.setitem(units.UNITS, "reed", (module.unit, UNIT))
    monkeypatch.setitem(build._loaded, "reed", unit.address)


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_source_of_the_page_keeps_the_contract(check: Callable[[str], None]) -> None:
    check("reed")


@pytest.mark.usefixtures("_registered")
def test_a_preset_has_the_keys_of_the_source(made: tuple[types.ModuleType, Any]) -> None:
    table = source_table(made[0].SOURCE)(bite=0.75, voices=5)  # type: ignore[call-arg]
    spec = instrument_spec(table, 3, Path())

    assert (spec.kind, spec.bus, spec.voices) == ("reed", 3, 5)
    assert made[0].SOURCE.numbers(spec) == {"bite": 0.75, "release_s": 0.2}


def test_its_code_is_fit_for_the_audio_thread(made: tuple[types.ModuleType, Any]) -> None:
    assert audit.faults(made[1].inspect_llvm()) == []
