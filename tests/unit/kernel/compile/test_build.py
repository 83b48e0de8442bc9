"""The name of a compiled unit depends on everything its code depends on."""

from __future__ import annotations

import json
import shutil
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adaptive.kernel.compile import build
from adaptive.kernel.units import UNITS
from tests.unit.kernel.compile.programs import PACKAGE, output_of, start

EDITS = """
import json, sys
from pathlib import Path
from adaptive.kernel.compile import build
folder = Path(build.__file__).parents[1]
def hashes():
    build._imports.cache_clear()
    build._source.cache_clear()
    return {name: build.source_hash(name) for name in build._units()}
before, found = hashes(), {}
for path in sorted(folder.rglob("*.py")):
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\\nEDITED = 1\\n", encoding="utf-8")
    after = hashes()
    module = path.relative_to(folder).with_suffix("").as_posix()
    found[module] = [name for name in before if before[name] != after[name]]
    path.write_text(text, encoding="utf-8")
json.dump(found, sys.stdout)
"""


def reached_by_calls(function: Callable[..., Any]) -> set[str]:
    """Kernel modules whose functions a unit calls, found through the functions themselves."""
    modules: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = [function]
    while waiting:
        thing = getattr(waiting.pop(), "py_func", None) or function
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        modules.add(thing.__module__)
        spaces: list[dict[str, Any]] = [thing.__globals__]
        names = thing.__code__.co_names
        spaces += [vars(v) for n in names if isinstance(v := thing.__globals__.get(n), types.ModuleType)]
        waiting += [space[n] for space in spaces for n in names if hasattr(space.get(n), "py_func")]
    return {name for name in modules if name.startswith("adaptive.kernel")} - {function.__module__}


@pytest.mark.parametrize("name", UNITS)
def test_the_name_of_a_unit_depends_on_every_module_it_calls_into(name: str) -> None:
    called = reached_by_calls(UNITS[name][0])

    assert called <= set(build.reached_modules(UNITS[name][0]))


def test_units_call_into_many_modules() -> None:
    """The search of the test above finds something."""
    found = {name: len(reached_by_calls(function)) for name, (function, _) in UNITS.items()}

    assert found["clips"] >= 4
    assert found["synth"] >= 4


@pytest.mark.ci
def test_an_edit_of_a_module_renames_the_units_that_depend_on_it(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "adaptive", ignore=shutil.ignore_patterns("__pycache__"))
    found = json.loads(output_of(start(EDITS, tmp_path / "cache", source=str(tmp_path))))
    # these compile or list units; a unit depends on its own function in `units`, not on the whole file
    apart = {
        "compile/build", "compile/cache", "compile/link_only", "compile/object_code",
        "processors/registry", "sources/frame_ring", "sources/incoming_settings", "sources/played_frames",
        "sources/registry", "sources/sample_records", "sources/sample_source", "sources/sampler_regions",
        "sources/sampler_settings", "sources/synth_settings", "units",
    }  # fmt: skip

    assert {module for module, units in found.items() if not units and "__init__" not in module} == apart
    assert found["processors/reverb"] == ["reverb"]  # and nothing else is compiled again
    assert found["compile/jit"] == found["layout"] == found["atomic"] == list(UNITS)


def test_a_constant_that_a_unit_uses_renames_it(monkeypatch: pytest.MonkeyPatch) -> None:
    function, _ = UNITS["buses"]
    before = build.source_hash("buses")
    monkeypatch.setitem(function.__globals__, "BUS_BEGIN", 32)

    assert build.source_hash("buses") != before
    monkeypatch.undo()
    monkeypatch.setitem(UNITS, "buses", (function, "int32()"))

    assert build.source_hash("buses") != before


@pytest.mark.ci
def test_the_names_of_units_differ_between_processors(tmp_path: Path) -> None:
    ask = "from adaptive.kernel.compile import build; print(build.source_hash('publish'))"
    here = output_of(start(ask, tmp_path))
    there = output_of(start(ask, tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES=""))

    assert here == output_of(start(ask, tmp_path, NUMBA_CACHE_DIR="elsewhere"))
    assert here != there


@pytest.mark.parametrize("most", [1, 2, 4, 64])
def test_units_are_shared_out_once_each_and_no_process_has_much_more_than_another(most: int) -> None:
    shared = build.shares(list(UNITS), most)
    costs = [sum(build.COSTS_S.get(name, 1.0) for name in share) for share in shared]

    assert sorted(name for share in shared for name in share) == sorted(UNITS)
    assert len(shared) == min(most, len(UNITS))
    assert max(costs) - min(costs) <= max(build.COSTS_S.values())


NUMBA_SAYS = """Traceback (most recent call last):
  File "numba/core/typeinfer.py", line 1083, in propagate
    raise errors[0]
numba.core.errors.TypingError: Failed in nopython mode pipeline (step: nopython frontend)
Failed in nopython mode pipeline (step: nopython frontend)
Field 'phse' was not found in record with fields ('held', 'phase')
During: typing of static-get-item at crush.py (33)

File "adaptive/kernel/processors/crush.py", line 33:
def crush(group: Any, columns: int, header: Any) -> None:
    phase = group["phse"][column]

During: Pass nopython_type_inference
"""


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            NUMBA_SAYS,
            "Field 'phse' was not found in record with fields ('held', 'phase') (crush.py, line 33)",
        ),
        ("Traceback …\nModuleNotFoundError: No module named 'numba'\n", "No module named 'numba'"),
        ("Killed\n", "Killed"),
        ("", "it ended without a word"),
    ],
)
def test_the_cause_is_told_and_not_the_stages_of_the_compiler(said: str, cause: str) -> None:
    assert build.cause(said) == cause
