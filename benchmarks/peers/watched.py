"""A program watched while it runs: seconds by the clock, and the memory it held."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import tools

LOOK_S = 0.01


@dataclass(frozen=True, slots=True)
class Watched:
    """What a program took: seconds by the clock, most megabytes resident in the second half of its run."""

    wall_s: float
    megabytes: float


def watch(words: Sequence[str], environment: Mapping[str, str] | None = None) -> Watched:
    """Run a program to its end, on the last core.

    Its memory is looked up in ``/proc`` while it runs: what the system remembers of ended programs begins
    with the size of whoever started them.

    Raises
    ------
    PeerError
        It failed.
    """
    began = time.monotonic()
    looked: list[tuple[float, float]] = []
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **tools.SETTINGS, **(environment or {})},
    ) as process:
        # the program alone: whoever looks must not wait for it
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
        while process.poll() is None:
            looked.append((time.monotonic() - began, resident_mb(process.pid)))
            time.sleep(LOOK_S)
    wall_s = time.monotonic() - began
    if process.returncode != 0:
        message = f"{Path(words[0]).name} ended with {process.returncode}"
        raise tools.PeerError(message)
    return Watched(wall_s, max((size for at, size in looked if at > wall_s / 2), default=0.0))


def resident_mb(pid: int) -> float:
    """Megabytes a process holds in memory; 0 where the system does not say."""
    # one of its threads will know: where the first has ended, the process itself says nothing
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            lines = status.read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0
