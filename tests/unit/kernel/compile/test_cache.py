"""Compiled units are found again, also by other copies of the sources, but only this user's are trusted."""

from __future__ import annotations

import os
import shutil
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from adaptive.kernel.compile import build, cache
from tests.unit.kernel.compile.programs import PACKAGE, output_of, start

SMALL = """
import sys
from adaptive.kernel import units
from adaptive.kernel.compile import build
units.UNITS = {"publish": units.UNITS["publish"]}
print(build.compile_missing(), build.addresses()["publish"] > 0)
"""


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """The folder is chosen once in a process: choose again for each test and for those after it."""
    cache.cache_folder.cache_clear()
    yield
    cache.cache_folder.cache_clear()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds one unit."""
    folder = tmp_path_factory.mktemp("made")

    assert output_of(start(SMALL, folder)).split() == ["1", "True"]
    return folder


@pytest.mark.ci
def test_processes_that_start_at_the_same_time_compile_once(tmp_path: Path) -> None:
    started = [start(SMALL, tmp_path) for _ in range(3)]
    counts = sorted(output_of(process).split() for process in started)

    assert counts == [["0", "True"]] * 2 + [["1", "True"]]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == ["", ".unit"]  # the lock, and no draft


@pytest.mark.ci
def test_another_copy_of_the_sources_uses_the_same_code(made: Path, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "adaptive", ignore=shutil.ignore_patterns("__pycache__"))
    answer = output_of(start(SMALL, made, source=str(tmp_path)))

    assert answer.split() == ["0", "True"]


@pytest.mark.parametrize("damage", [pytest.param("cut", marks=pytest.mark.ci), "changed"])
def test_a_damaged_file_is_compiled_again(made: Path, tmp_path: Path, damage: str) -> None:
    (good,) = made.glob("*.unit")
    whole, path = good.read_bytes(), tmp_path / good.name
    bad = {"cut": whole[: len(whole) // 2], "changed": whole[:-9] + b"x" + whole[-8:]}
    path.write_bytes(bad[damage])
    answer = output_of(start(SMALL, tmp_path))

    assert answer.split() == ["0", "True"]
    assert len(path.read_bytes()) == len(whole)  # and written again


@pytest.mark.ci
def test_with_a_home_that_cannot_be_written_units_are_compiled_once(tmp_path: Path) -> None:
    nowhere = Path("/proc/adaptive") if sys.platform == "linux" else tmp_path / "file" / "cache"
    (tmp_path / "file").touch()
    answers = [output_of(start(SMALL, nowhere, TMPDIR=str(tmp_path))).split() for _ in range(2)]

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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows states the owner of a file differently")
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
