"""The rules for kernel functions, checked in the code the compiler generates for them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import adaptive
from adaptive.kernel.compile import cache
from adaptive.kernel.compile.jit import FLAGS
from tests.helpers import audit

ROOT = Path(adaptive.__file__).parents[1]
TESTS = Path(__file__).parents[2]
KERNEL = ROOT / "adaptive" / "kernel"

MOST_LINES, MOST_ARGUMENTS = 60, 12

pytestmark = [pytest.mark.ci, pytest.mark.timeout(1200)]
"""The audit compiles the kernel afresh, in one process: 600 s where eight others share two cores."""

LANE_LOOPS = [
    "filter_rows",
    "render_reverb",
    "high_pass",
    "low_cut",
    "energy",
    "scale_quantum",
    "shape_frames",
    "add_oscillator",
    "aim_voices",
]
"""Functions whose loops must be vectorised."""

HOT_MODULES = ["maths", "oscillator", "lowpass", "ramps", "one_pole", "meter"]
HOT_FUNCTIONS = {
    *("shape_frames", "aim_voices", "add_pieces", "sum_lanes", "ring_out"),
    *("play_channel", "play_piece", "add_residual", "scale_piece", "interleave"),
    *("low_cut", "high_pass"),
    *("want_gain", "least_of_window", "recover", "release_row", "average_window"),
}
"""Functions that run for every frame; they may not count references either."""


def key() -> str:
    """Hash of everything the audit depends on."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version} {numba.config.CPU_FEATURES}".encode())
    for path in [*sorted(KERNEL.rglob("*.py")), Path(audit.__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """Findings of the audit, made in a process of its own and cached until the kernel changes."""
    path = cache.cache_folder() / f"audit-{key()}.json"
    if not path.exists():
        environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(TESTS)))}
        draft = path.with_suffix(f".{os.getpid()}")
        command = [sys.executable, "-m", "tests.helpers.audit", str(draft)]
        subprocess.run(command, env=environment, check=True)
        draft.replace(path)
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def is_hot(entry: dict[str, Any]) -> bool:
    return entry["module"].rpartition(".")[2] in HOT_MODULES or entry["name"] in HOT_FUNCTIONS


@pytest.fixture(scope="module")
def functions(found: dict[str, Any]) -> list[dict[str, Any]]:
    return list(found["functions"])


def test_the_audit_reads_the_whole_kernel(found: dict[str, Any]) -> None:
    from adaptive.kernel.units import UNITS

    names = {entry["name"] for entry in found["functions"]}

    assert set(UNITS) == set(found["units"])
    assert len(names) > 100
    assert set(LANE_LOOPS) | HOT_FUNCTIONS <= names


def test_no_kernel_function_allocates_raises_or_calls_python(functions: list[dict[str, Any]]) -> None:
    assert {entry["name"]: entry["faults"] for entry in functions if entry["faults"]} == {}


def test_no_unit_allocates_raises_or_calls_python(found: dict[str, Any]) -> None:
    assert {name: faults for name, faults in found["units"].items() if faults} == {}


def test_functions_that_run_every_frame_count_no_references(functions: list[dict[str, Any]]) -> None:
    counts = {e["name"]: e["references"] for e in functions if is_hot(e) and e["references"]}

    assert counts == {}


OF_EVERY_KIND = {
    "adaptive.kernel.processors.insert", "adaptive.kernel.processors.side_chain", "adaptive.kernel.dsp.svf",
    "adaptive.kernel.sources.notes", "adaptive.kernel.sources.controls", "adaptive.kernel.sources.plain",
    "adaptive.kernel.sources.polyphony", "adaptive.kernel.sources.voice_filter",
    "adaptive.kernel.sources.channel_controls", "adaptive.kernel.sources.delay_line",
}  # fmt: skip
"""Modules whose functions take a record of which each processor, or each sound source, has its own."""


def test_every_kernel_function_is_compiled_once(functions: list[dict[str, Any]]) -> None:
    often = {
        entry["name"]: entry["signatures"]
        for entry in functions
        if len(entry["signatures"]) != 1 and entry["module"] not in OF_EVERY_KIND
    }

    assert often == {}


def test_no_kernel_function_is_long_or_takes_many_arguments(functions: list[dict[str, Any]]) -> None:
    large = {
        entry["name"]: (entry["lines"], entry["arguments"])
        for entry in functions
        if entry["lines"] > MOST_LINES or entry["arguments"] > MOST_ARGUMENTS
    }

    assert large == {}


@pytest.mark.parametrize("name", LANE_LOOPS)
def test_a_lane_loop_multiplies_wide_and_stays_in_single_precision(
    functions: list[dict[str, Any]], name: str
) -> None:
    entry = next(entry for entry in functions if entry["name"] == name)

    assert entry["widens"] == 0
    assert entry["wide"] >= 2
    assert entry["wide"] > entry["narrow"]


def test_functions_that_run_every_frame_stay_in_single_precision(functions: list[dict[str, Any]]) -> None:
    widened = {e["name"]: e["widens"] for e in functions if is_hot(e) and e["widens"]}

    assert widened == {}


# ── the audit itself must be able to fail ──────────────────────────────────────────────────────


def allocates(data: np.ndarray) -> float:
    return np.zeros(4)[0] + data[0]


def array_expression(data: np.ndarray) -> float:
    data[:4] += data[4:8]
    return data[0]


def raises(data: np.ndarray) -> float:
    if data[0] > 1.0:
        raise ValueError
    return data[0]


def prints(data: np.ndarray) -> float:
    print(data[0])
    return data[0]


def calls_libm(data: np.ndarray) -> float:
    return np.sin(data[0])


def powers(data: np.ndarray) -> float:
    return data[0] ** data[1]


def is_fine(data: np.ndarray) -> float:
    total = np.float32(0.0)
    for i in range(data.size):
        total += data[i] / data[0]
    return total


def audited(function: Callable[..., Any], **flags: Any) -> tuple[list[str], str]:
    dispatcher = numba.njit(**(FLAGS | flags))(function)
    dispatcher.compile((numba.float32[::1],))
    signature = dispatcher.signatures[0]
    ir = dispatcher.inspect_llvm(signature)
    return [fault.split(":")[0] for fault in audit.faults(ir)], audit.own_body(ir, function.__name__)


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (allocates, "allocates"),
        (array_expression, "allocates"),
        (raises, "can raise"),
        (prints, "calls Python"),
        (calls_libm, "calls libm"),
        (powers, "calls libm"),
    ],
)
def test_a_bad_function_is_caught(function: Callable[..., Any], fault: str) -> None:
    assert fault in audited(function)[0]


def test_division_by_zero_raises_unless_the_flags_say_otherwise() -> None:
    assert "can raise" in audited(is_fine, error_model="python")[0]


def test_a_good_function_passes() -> None:
    assert audited(is_fine)[0] == []


def test_double_precision_is_noticed() -> None:
    def widens(data: np.ndarray) -> float:
        return data[0] * 0.1

    assert audit.WIDENS.search(audited(widens)[1])


def test_a_scalar_loop_is_noticed() -> None:
    def recursive(data: np.ndarray) -> None:
        for i in range(1, 16):
            data[i] *= data[i - 1]

    dispatcher = numba.njit(**FLAGS)(recursive)
    dispatcher.compile((numba.float32[::1],))
    code = audit.own_assembly(dispatcher.inspect_asm(dispatcher.signatures[0]), "recursive")

    assert len(audit.NARROW_MULTIPLY.findall(code)) > len(audit.WIDE_MULTIPLY.findall(code))
