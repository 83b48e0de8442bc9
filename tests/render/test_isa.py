"""Every kind of x86-64 processor gives the same samples: the kernel is compiled for four of them.

Each is compiled in a process of its own (half a minute the first time; then it is cached).
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import llvmlite.binding as llvm
import pytest

import adaptive

ROOT = Path(adaptive.__file__).parents[1]
TESTS = Path(__file__).parents[2]
PROGRAM = """
from tests.helpers import scene
from tests.helpers.rendering import digest
print(digest(scene.prepared().pull(scene.FRAMES)))
"""

V2 = "+sse3,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16"
V3 = f"{V2},+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe"
V4 = f"{V3},+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl"
WIDE = f"{V4},-prefer-256-bit"

KINDS = {
    "SSE4.2": ("x86-64-v2", V2, "sse4.2"),
    "AVX2": ("x86-64-v3", V3, "avx2"),
    "AVX-512": ("x86-64-v4", V4, "avx512vl"),
    "AVX-512, whole width": ("x86-64-v4", WIDE, "avx512vl"),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        platform.machine().lower() not in {"x86_64", "amd64"}, reason="compares kinds of x86-64"
    ),
]


def rendered(changes: dict[str, str]) -> str:
    """Hash of the piece, rendered by a process with these environment variables."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    environment |= {"PYTHONPATH": os.pathsep.join((str(ROOT), str(TESTS)))} | changes
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def reference() -> str:
    """Hash of the piece, rendered with the features of this processor."""
    return rendered({})


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind == "SSE4.2" else pytest.mark.prove) for kind in KINDS]
)  # each kind compiles the kernel anew: the oldest before each landing, all in `make prove`
def test_every_kind_of_processor_gives_the_same_samples(kind: str, reference: str) -> None:
    name, features, needed = KINDS[kind]
    if not llvm.get_host_cpu_features().get(needed):
        pytest.skip(f"this processor has no {kind}")
    there = rendered({"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features})

    assert reference == there
