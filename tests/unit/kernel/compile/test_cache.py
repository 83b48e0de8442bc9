"""Compiled kernels are found again by whoever may use them, and by nobody else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import adaptive
from adaptive.kernel.compile import build, cache
from adaptive.kernel.units import UNITS

PACKAGE = Path(adaptive.__file__).parent

EDITS = """
import json, sys
from pathlib import Path
from adaptive.kernel.compile import build
folder = Path(build.__file__).parent
def hashes():
    build._imports.cache_clear()
    return {name: build.source_hash(name) for name in build._units()}
before, found = hashes(), {}
for path in sorted(folder.glob("*.py")):
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\\nEDITED = 1\\n", encoding="utf-8")
    after = hashes()
    found[path.stem] = [name for name in before if before[name] != after[name]]
    path.write_text(text, encoding="utf-8")
json.dump(found, sys.stdout)
"""

SMALL = """
import sys
from adaptive.kernel import units
from adaptive.kernel.compile import build
units.UNITS = {"publish": units.UNITS["publish"]}
print(build.compile_missing(), build.addresses()["publish"] > 0)
"""


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """The folder is chosen once a process: choose anew for each test, and for those after."""
    cache.cache_folder.cache_clear()
    yield
    cache.cache_folder.cache_clear()


def start(program: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    paths = {"PYTHONPATH": str(environment.pop("source", PACKAGE.parent)), "ADAPTIVE_CACHE_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | paths | environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said(process: subprocess.Popen[str]) -> str:
    out, errors = process.communicate(timeout=120)

    assert process.returncode == 0, errors
    return out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds one unit."""
    folder = tmp_path_factory.mktemp("made")

    assert said(start(SMALL, folder)).split() == ["1", "True"]
    return folder


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
def test_a_unit_is_named_by_every_module_it_calls_into(name: str) -> None:
    called = reached_by_calls(UNITS[name][0])

    assert called <= set(build.reached_modules(UNITS[name][0]))


def test_units_call_into_many_modules() -> None:
    """The walk above finds something."""
    found = {name: len(reached_by_calls(function)) for name, (function, _) in UNITS.items()}

    assert found["clips"] >= 4
    assert found["voices"] >= 4


def test_an_edit_anywhere_renames_whoever_depends_on_it(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "adaptive", ignore=shutil.ignore_patterns("__pycache__"))
    found = json.loads(said(start(EDITS, tmp_path / "cache", source=str(tmp_path))))
    apart = {"__init__", "build", "cache", "units"}  # compile, and are not compiled; units: by function

    assert {module for module, units in found.items() if not units} == apart
    assert found["reverb"] == ["reverb"]  # and nothing else is compiled again
    assert found["jit"] == found["layout"] == found["atomic"] == list(UNITS)


def test_a_constant_beside_a_unit_renames_it(monkeypatch: pytest.MonkeyPatch) -> None:
    function, _ = UNITS["reverb"]
    before = build.source_hash("reverb")
    monkeypatch.setitem(function.__globals__, "PAIR", 32)

    assert build.source_hash("reverb") != before
    monkeypatch.undo()
    monkeypatch.setitem(UNITS, "reverb", (function, "int32()"))

    assert build.source_hash("reverb") != before


def test_another_processor_has_other_names(tmp_path: Path) -> None:
    ask = "from adaptive.kernel import build; print(build.source_hash('publish'))"
    here = said(start(ask, tmp_path))
    there = said(start(ask, tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES=""))

    assert here == said(start(ask, tmp_path, NUMBA_CACHE_DIR="elsewhere"))
    assert here != there


def test_who_starts_at_the_same_time_compiles_once(tmp_path: Path) -> None:
    started = [start(SMALL, tmp_path) for _ in range(4)]
    counts = sorted(said(process).split() for process in started)

    assert counts == [["0", "True"]] * 3 + [["1", "True"]]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == ["", ".unit"]  # the lock, and no draft


def test_another_copy_of_the_sources_uses_the_same_code(made: Path, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "adaptive", ignore=shutil.ignore_patterns("__pycache__"))
    answer = said(start(SMALL, made, source=str(tmp_path)))

    assert answer.split() == ["0", "True"]


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_file_is_compiled_again(made: Path, tmp_path: Path, damage: str) -> None:
    (good,) = made.glob("*.unit")
    whole, path = good.read_bytes(), tmp_path / good.name
    bad = {"cut": whole[: len(whole) // 2], "changed": whole[:-9] + b"x" + whole[-8:]}
    path.write_bytes(bad[damage])
    answer = said(start(SMALL, tmp_path))

    assert answer.split() == ["0", "True"]
    assert len(path.read_bytes()) == len(whole)  # and mended


def test_a_home_that_cannot_be_written_costs_one_compilation_and_no_more(tmp_path: Path) -> None:
    nowhere = Path("/proc/adaptive") if sys.platform == "linux" else tmp_path / "file" / "cache"
    (tmp_path / "file").touch()
    answers = [said(start(SMALL, nowhere, TMPDIR=str(tmp_path))).split() for _ in range(2)]

    assert answers == [["1", "True"], ["0", "True"]]


def test_a_cache_that_was_filled_serves_when_it_cannot_be_written(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADAPTIVE_CACHE_DIR", str(made))
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(cache, "_is_writable", lambda folder: folder != made)

    assert cache.cache_folder().parent == tmp_path
    assert not cache.is_cache_lasting()
    found = build.unit_file("publish").path()
    assert found is not None
    assert found.parent == made


def test_a_user_without_a_home_has_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        message = "Could not determine home directory."
        raise RuntimeError(message)

    for name in ("ADAPTIVE_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cache.Path, "home", unknown)
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))

    assert cache.cache_folder().parent == tmp_path
    assert not cache.is_cache_lasting()


@pytest.mark.skipif(sys.platform == "win32", reason="who owns a file is said otherwise there")
def test_a_folder_that_others_can_write_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = tmp_path / f"adaptive-kernel-{os.getuid()}"
    spare.mkdir()
    spare.chmod(0o777)
    monkeypatch.setenv("ADAPTIVE_CACHE_DIR", "/proc/adaptive")
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))

    assert cache.cache_folder() != spare
    cache.cache_folder.cache_clear()
    spare.chmod(0o700)

    assert cache.cache_folder() == spare


def test_windows_waits_for_the_lock_as_long_as_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def locking(_file: int, mode: int, _count: int) -> None:
        asked.append(mode)
        if len(asked) < 15:  # LK_LOCK itself gives up after ten
            raise OSError

    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(locking=locking, LK_NBLCK=2))
    monkeypatch.setattr(cache, "LOCK_RETRY_S", 0.0)
    monkeypatch.setattr(cache.sys, "platform", "win32")
    with cache.locked(tmp_path):
        pass

    assert asked == [2] * 15
