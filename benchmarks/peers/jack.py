"""Runs a JACK server with a dummy device, and the probe that records a peer's output."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers import tools, works

PERIOD_FRAMES = 64
PROBE = tools.HERE / "probe.c"
PACKAGES = "jackd2 libjack-jackd2-dev libportaudio2 gcc libc6-dev"


def missing() -> str:
    """Return what the measurement itself needs to have installed, or an empty string."""
    has_header = Path("/usr/include/jack/jack.h").exists()
    is_ready = has_header and all(map(tools.has_program, ("jackd", "jack_wait", "gcc")))
    return "" if is_ready else f"`apt-get install {PACKAGES}`"


@contextlib.contextmanager
def server() -> Iterator[dict[str, str]]:
    """Run a server; gives the environment variables for its clients."""
    name = f"bench{os.getpid()}"
    environment = {"JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1"}
    device = ["-d", "dummy", "-r", str(works.RATE), "-p", str(PERIOD_FRAMES), "-C", "2", "-P", "2"]
    command = ["jackd", "-n", name, "-R", "-P", "70", *device]
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            tools.cpu_seconds(["jack_wait", "-s", name, "-w", "-t", "10"], environment)
            yield environment
        finally:
            process.terminate()


def listen(environment: dict[str, str], seconds: float, port: int, high: bytes, low: bytes) -> dict[str, Any]:
    """Run the probe, which sends the two packets alternately to a port; return what it measured."""
    program = tools.compiled(PROBE, ["-ljack", "-lm"])
    words = [str(program), str(seconds), str(port), high.hex(), low.hex()]
    printed = tools.cpu_seconds(words, environment)[1]
    for line in printed.splitlines():
        if line.startswith("{"):
            heard: dict[str, Any] = json.loads(line)
            return heard
    message = f"the probe heard nothing: {printed[-300:]}"
    raise tools.PeerError(message)
