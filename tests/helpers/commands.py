"""Runs a command of `adaptive` in the test's own process: to start a process takes 1.3 s of CPU."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from adaptive import cli


def run_here(words: Sequence[str | Path], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command line, ``adaptive render …``, in this process; `folder` is its working directory."""
    line = [str(word) for word in words]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        if folder is not None:
            patch.chdir(folder)
        patch.setattr(sys, "argv", line)
        code = cli._run()
    return subprocess.CompletedProcess(line, code, out.getvalue(), err.getvalue())
