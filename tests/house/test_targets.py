"""Every unit of the kernel is compiled for every supported processor, without such a machine.

Each target takes minutes of CPU, in a process of its own; the results are cached until the kernel changes.
Before each landing ten units are compiled for one ARM; `make prove` has all units and all targets.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
import pytest

import adaptive
from adaptive.kernel.compile import cache
from adaptive.kernel.units import UNITS
from tests.helpers import lowering

ROOT = Path(adaptive.__file__).parents[1]
TESTS = Path(__file__).parents[2]
KERNEL = ROOT / "adaptive" / "kernel"

FEW = {
    *("callback", "pull", "publish", "control", "receive"),
    *("clips", "synth", "buses", "reverb", "master"),
}
"""The units that have instructions of a processor in them, and those of the oldest mixer."""

EACH_TIME = "aarch64-linux, a few"
WHOLE = ["aarch64-linux", "arm64-apple-darwin", "x86-64-v2", "x86-64-v2-windows"]
RARE = [pytest.param(name, marks=pytest.mark.prove) for name in WHOLE]
ARMS, OLD = [EACH_TIME, *RARE[:2]], RARE[2:]
LIBRARY = {"memcpy", "memmove", "memset", "bzero", "clock_gettime", "QueryPerformanceCounter"}
"""Functions a unit may call: those of every system's C library, none of them mathematical."""

SOCKETS = {"poll", "recvfrom", "send"}
"""Functions the OSC receiver calls besides, in its own thread, where sockets are files."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    environment |= {"PYTHONPATH": os.pathsep.join((str(ROOT), str(TESTS)))}
    command = [sys.executable, "-m", "tests.helpers.lowering", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def key() -> str:
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for path in [*sorted(KERNEL.rglob("*.py")), Path(lowering.__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def result_of(target: str) -> Path:
    """Cache file of the results for a target."""
    return cache.cache_folder() / f"lowered-{target.replace(', ', '-').replace(' ', '-')}-{key()}.json"


def lower(target: str) -> str:
    """Compile for a target unless it is cached; return the compiler's error, or an empty string."""
    path, name = result_of(target), target.partition(",")[0]
    if path.exists():
        return ""
    draft = path.with_suffix(f".{os.getpid()}")
    few = (lowering.TARGETS[name].machine, ",".join(sorted(FEW))) if target == EACH_TIME else ()
    done = run(name, str(draft), *few)
    if done.returncode != 0:
        return f"{target}: {done.stderr[-2000:]}"
    draft.replace(path)
    return ""


@lru_cache(maxsize=2)
def lower_all(targets: tuple[str, ...]) -> dict[str, str]:
    """Compile for targets, one for each core at a time; return the errors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(targets, pool.map(lower, targets), strict=True))


def lowered(target: str) -> dict[str, Any]:
    """Results for each unit, compiled for a target."""
    assert lower_all((target,) if target == EACH_TIME else tuple(WHOLE))[target] == ""

    found: dict[str, Any] = json.loads(result_of(target).read_text(encoding="utf-8"))
    return found


def test_every_target_is_compiled_for_at_some_time() -> None:
    assert set(WHOLE) == set(lowering.TARGETS)


@pytest.mark.parametrize("target", [EACH_TIME, *RARE])
def test_every_unit_becomes_an_object_file(target: str) -> None:
    units = lowered(target)

    assert set(units) == (FEW if target == EACH_TIME else set(UNITS))
    assert all(unit["bytes"] > 500 for unit in units.values())


@pytest.mark.parametrize("target", [EACH_TIME, *RARE])
def test_a_unit_calls_no_function_that_the_target_lacks(target: str) -> None:
    strange = {name: set(unit["calls"]) for name, unit in lowered(target).items()}
    strange = {name: {call.lstrip("_") for call in calls} - LIBRARY for name, calls in strange.items()}
    if "windows" not in target:
        assert strange["receive"] == SOCKETS
        strange["receive"] = set()

    assert {name: calls for name, calls in strange.items() if calls} == {}


@pytest.mark.parametrize("target", [EACH_TIME, *RARE])
def test_nothing_is_fused_so_the_samples_are_the_same_everywhere(target: str) -> None:
    assert {name: unit["fused"] for name, unit in lowered(target).items() if unit["fused"]} == {}


@pytest.mark.parametrize("target", ARMS)
def test_on_arm_messages_are_ordered_and_denormals_flushed(target: str) -> None:
    units = lowered(target)

    assert "stlr" in units["publish"]["orders"]
    assert {"ldar", "ldapr"} & set(units["control"]["orders"])
    assert units["callback"]["float_mode"] == units["pull"]["float_mode"] == ["FPCR"]


@pytest.mark.parametrize("target", ARMS)
def test_on_arm_loops_over_frames_are_vectorised(target: str) -> None:
    assert all(lowered(target)[name]["neon"] > 20 for name in ("clips", "synth", "buses", "reverb", "master"))


@pytest.mark.parametrize("target", OLD)
def test_old_x86_gets_vectors_and_no_avx(target: str) -> None:
    units = lowered(target)

    assert {name: unit["avx"] for name, unit in units.items() if unit["avx"]} == {}
    assert all(units[name]["sse"] > 20 for name in ("clips", "synth", "buses", "reverb", "master"))
    assert units["callback"]["float_mode"] == ["ldmxcsr", "stmxcsr"]


def test_an_intrinsic_of_another_processor_ends_the_compiler(tmp_path: Path) -> None:
    done = run("aarch64-linux", str(tmp_path / "x.json"), "x86_64", "pull")  # sets how floats are computed

    assert done.returncode < 0  # a signal, not an exception that could be caught
    assert "x86" in done.stderr
    assert not (tmp_path / "x.json").exists()
