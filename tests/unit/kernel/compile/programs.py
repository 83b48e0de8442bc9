"""Starts Python programs with a cache folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import adaptive

PACKAGE = Path(adaptive.__file__).parent


def start(program: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start a program whose compiled kernels are in `folder`; `source`: where it imports the package from."""
    paths = {"PYTHONPATH": str(environment.pop("source", PACKAGE.parent)), "ADAPTIVE_CACHE_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | paths | environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def output_of(process: subprocess.Popen[str]) -> str:
    """Wait for a program that must succeed; return what it printed."""
    out, errors = process.communicate(timeout=120)

    assert process.returncode == 0, errors
    return out
