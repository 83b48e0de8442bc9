"""The doctor finds a real sound server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.device
@pytest.mark.ci
def test_a_jack_that_runs_is_found(jack: dict[str, str]) -> None:
    command = [sys.executable, "-m", "adaptive", "doctor"]
    done = subprocess.run(command, env=os.environ | jack, capture_output=True, text=True, check=True)

    assert "ok  JACK: a server runs: system" in done.stdout
