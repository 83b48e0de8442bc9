"""A frozen build is made and run where no Python is on the PATH, with the compiled kernel cold and warm."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from adaptive.preset.load import load
from adaptive.session.offline import RenderJob, render_to_files
from adaptive.session.performance import vocabulary
from tests.helpers.programs import require_program

ROOT = Path(__file__).parents[2]
MAY_BE_LINKED = ("LGPL", "GCC")

pytestmark = [pytest.mark.prove, pytest.mark.timeout(900)]
"""A build takes 140 s of CPU: `make prove` and `make frozen` make one, a landing does not."""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("frozen")


@pytest.fixture(scope="module")
def build(work: Path) -> Path:
    """A build of this working tree."""
    if importlib.util.find_spec("PyInstaller") is None:
        require_program("pyinstaller", f"{sys.executable} -m pip install '.[frozen]'")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(work / "dist"), "--workpath", str(work / "made")]
    done = subprocess.run(
        [*command, str(ROOT / "packaging" / "adaptive.spec")], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-3000:]
    return work / "dist" / "adaptive"


@pytest.fixture(scope="module")
def told(build: Path, work: Path) -> dict[str, Any]:
    """What the script of the packaging folder measured."""
    spec = importlib.util.spec_from_file_location("try_frozen", ROOT / "packaging" / "try_frozen.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = module.measure(build, work)
    sys.stdout.write(json.dumps(found, indent=1))
    return found


def test_it_plays_cold_and_warm(told: dict[str, Any]) -> None:
    cold, warm = told["cold"], told["warm"]

    assert warm["ready_s"] < 15.0
    assert warm["ready_s"] < cold["ready_s"]  # the kernel was compiled by the frozen program, and kept
    assert warm["ended_s"] - warm["ready_s"] > 4.5


def test_it_renders_the_very_samples_that_the_sources_do(told: dict[str, Any], work: Path) -> None:
    job = RenderJob(load("nightfall", vocabulary=vocabulary()), 0, 10.0)
    render_to_files(job, work / "sources.flac")
    frozen, _ = soundfile.read(work / "frozen.flac", dtype="int32")
    sources, _ = soundfile.read(work / "sources.flac", dtype="int32")

    assert np.abs(frozen).max() > 0
    assert np.array_equal(frozen, sources)


def test_it_is_no_larger_than_it_must_be(told: dict[str, Any]) -> None:
    assert told["megabytes"] < 350
    for package in ("matplotlib", "PIL", "mypy", "pytest"):
        assert not any(name.startswith(package) for name in told["licences"])


def test_nothing_in_it_forbids_redistribution_or_asks_for_our_source(told: dict[str, Any]) -> None:
    asking = {name: text for name, text in told["licences"].items() if "GPL" in text}
    strict = {name: text for name, text in asking.items() if not any(word in text for word in MAY_BE_LINKED)}

    assert len(told["licences"]) > 20
    assert strict == {}
    assert [name for name, text in told["licences"].items() if text == "?"] == []
    assert not any(name.startswith(("libreadline", "libdb", "libjack")) for name in told["native"])


def test_the_licences_travel_with_it(build: Path) -> None:
    texts = [
        path for path in build.rglob("*") if path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING"))
    ]

    assert len(texts) > 20
    assert (build / "_internal" / "adaptive" / "_presets" / "nightfall" / "LICENSE").is_file()
