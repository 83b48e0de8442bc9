"""A sound server of our own: JACK with its dummy device, which plays in real time and hears itself."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.programs import require_program


@pytest.fixture(scope="session")
def jack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment in which PortAudio finds our server: `system`, two channels, monitors as inputs 3 and 4."""
    require_program("jackd")
    name = f"adaptive{os.getpid()}"
    log = tmp_path_factory.mktemp("jack") / "jack.log"
    environment = {"JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1"}
    with contextlib.ExitStack() as stack:
        server = _start(name, log, environment, ["-R", "-P", "70"]) or _start(name, log, environment, ["-r"])
        if server is None:
            pytest.fail(f"jackd does not start: {log.read_text(encoding='utf-8')}", pytrace=False)
        stack.callback(_end, server)
        yield environment


def _start(
    name: str, log: Path, environment: dict[str, str], priority: list[str]
) -> subprocess.Popen[bytes] | None:
    command = [
        "jackd",
        "-n",
        name,
        *priority,
        "-d",
        "dummy",
        "-r",
        "48000",
        "-p",
        "128",
        "-C",
        "2",
        "-P",
        "2",
        "-m",
    ]
    with log.open("ab") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | environment)
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline and server.poll() is None:
        wait = ["jack_wait", "-s", name, "-w", "-t", "1"]
        done = subprocess.run(wait, capture_output=True, text=True, check=False, env=os.environ | environment)
        if "available" in done.stdout and "not" not in done.stdout:
            return server
    _end(server)
    return None


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(5.0)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(5.0)
