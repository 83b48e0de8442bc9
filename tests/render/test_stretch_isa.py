"""Every kind of x86-64 processor stretches to the same samples; see `tests/render/test_isa.py`."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import llvmlite.binding as llvm
import pytest

from tests.render.test_isa import KINDS, ROOT, TESTS

PROGRAM = """
import numpy as np
from benchmarks.stretch import Harness
from tests.helpers.rendering import digest
random = np.random.default_rng(1)
t = np.arange(96000) / 48000
audio = 0.2 * np.sin(2 * np.pi * 440 * t) + random.normal(0.0, 0.05, (2, 96000))
audio[:, ::12000] += 0.5
rates = np.concatenate([np.full(500, 0.9), np.linspace(0.9, 1.2, 500), np.ones(300)])
print(digest(Harness(audio, loop_frames=96000).render(rates)))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        platform.machine().lower() not in {"x86_64", "amd64"}, reason="compares kinds of x86-64"
    ),
]


def stretched(changes: dict[str, str]) -> str:
    """Hash of a stretched sound, rendered by a process with these environment variables."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    environment |= {"PYTHONPATH": os.pathsep.join((str(ROOT), str(TESTS)))} | changes
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def reference() -> str:
    """Hash of the stretched sound with the features of this processor."""
    return stretched({})


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind == "SSE4.2" else pytest.mark.prove) for kind in KINDS]
)  # each kind compiles the kernel anew: the oldest before each landing, all in `make prove`
def test_every_kind_of_processor_stretches_to_the_same_samples(kind: str, reference: str) -> None:
    name, features, needed = KINDS[kind]
    if not llvm.get_host_cpu_features().get(needed):
        pytest.skip(f"this processor has no {kind}")

    assert reference == stretched({"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features})
