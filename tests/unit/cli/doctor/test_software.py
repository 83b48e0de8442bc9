"""Each check of the software finds its problem and names the fix."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
from typing import Any

import pytest

from adaptive.cli.doctor import software
from adaptive.kernel.compile import build, cache
from tests.unit.cli.doctor.rows import mended


def test_this_machine_has_what_the_tests_need() -> None:
    rows = software.checks()

    assert [row for row in rows if not row.is_fine and row.name != "kernel"] == []
    assert {"numpy", "numba", "mido"} <= {word.split()[0] for word in rows[1].words.split(", ")}


@pytest.mark.parametrize("version", [(3, 10), (3, 15)])
def test_another_python_is_a_trouble(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    monkeypatch.setattr(software.sys, "version_info", (*version, 0))

    assert mended(software.check_python(), "3.11 to 3.14", "-m venv")


def test_a_free_threaded_or_foreign_python_is_a_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software.sysconfig, "get_config_var", lambda _name: 1)

    assert mended(software.check_python(), "free-threaded", "-m venv")
    monkeypatch.setattr(platform, "python_implementation", lambda: "PyPy")

    assert mended(software.check_python(), "PyPy", "-m venv")


def test_a_package_that_is_missing_or_broken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["nothing-of-that-name>=2", "soxr>=0.5", 'far; sys_platform == "amiga"', 'x; extra == "dev"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: wanted)
    whole = importlib.import_module

    def broken(name: str, *rest: Any) -> Any:
        if name == "soxr":
            message = "libsoxr.so: cannot open\nmore"
            raise OSError(message)
        return whole(name, *rest)

    monkeypatch.setattr(importlib, "import_module", broken)
    well, missing, damaged, absent = software.check_packages()

    assert well.is_fine
    assert mended(missing, "nothing-of-that-name is missing", "-m pip install nothing-of-that-name")
    assert mended(damaged, "soxr cannot be imported: libsoxr.so: cannot open", "--force-reinstall soxr")
    assert absent.is_fine
    assert "far has no wheel for this machine" in absent.words


def test_what_has_no_wheel_here_says_what_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "required", lambda: [("python-rtmidi", "python_version < '3.13'")])
    gone = importlib.metadata.PackageNotFoundError

    def version(_name: str) -> str:
        raise gone

    monkeypatch.setattr(importlib.metadata, "version", version)

    assert [row.words for row in software.check_packages()][-1].endswith("without it no MIDI controllers")


def test_the_other_adaptive_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _name: "1.3.2")

    assert mended(software.check_other(), "another library", "(1.3.2)", "uninstall -y adaptive")


def test_a_cache_that_does_not_last_and_a_cold_kernel_are_troubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "is_cache_lasting", lambda: False)
    monkeypatch.setattr(build, "missing_units", lambda: ["clips", "voices"])

    assert mended(software.check_cache(), "cannot be written", "ADAPTIVE_CACHE_DIR")
    assert mended(software.check_kernel(), "2 units", "adaptive warm")
