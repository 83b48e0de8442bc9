"""Measures whole presets: offline speed on one core, and start-up time."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from adaptive.engine.bank import Bank
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary

SECONDS = 120.0


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield each row."""
    yield from _offline()
    yield _start("later start to the first frame", None)
    with tempfile.TemporaryDirectory() as folder:
        yield _start("first start, compiling", folder)


def _offline() -> Iterator[dict[str, object]]:
    preset = load("nightfall", vocabulary=vocabulary())
    bank = Bank(48000)
    began = time.monotonic()
    renderer = Renderer(RenderJob(preset, 1, SECONDS, ending="cut"), bank)
    prepared = time.monotonic() - began
    used = time.process_time()
    for _ in renderer.control_steps():
        pass
    used = time.process_time() - used
    yield {"what": "nightfall, two minutes offline", "times_real_time": round(SECONDS / used, 1)}
    yield {"what": "nightfall, decode and lay out", "seconds": round(prepared, 2)}


def _start(what: str, cache: str | None) -> dict[str, object]:
    import os

    environment = dict(os.environ)
    if cache is not None:
        environment["ADAPTIVE_CACHE_DIR"] = str(Path(cache) / "kernels")
    ports = [word for option in ("osc", "http", "tcp") for word in (f"--{option}", "127.0.0.1:0")]
    command = [sys.executable, "-m", "adaptive", "play", "nightfall", "--sink", "null", "--ready"]
    began = time.monotonic()
    with subprocess.Popen(
        [*command, *ports], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        took = time.monotonic() - began
        process.terminate()
    return {"what": what, "seconds": round(took, 2)}
