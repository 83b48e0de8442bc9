"""Measures the wall-clock time and the memory of a program while it runs."""

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
    """Wall-clock seconds of a program, and its largest resident memory in the second half of the run."""

    wall_s: float
    megabytes: float


def watch(words: Sequence[str], environment: Mapping[str, str] | None = None) -> Watched:
    """Run a program to its end, on the last core.

    The memory is read from ``/proc`` while the program runs, because the peak that the system reports for
    ended programs includes the size of the parent process at the start.

    Raises
    ------
    PeerError
        If the program failed.
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
        # only the program is pinned, so that this process does not compete with it
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
    """Return the resident memory of a process in megabytes; 0 if the system does not provide it."""
    # read from any thread, because the entry of the process is empty after its first thread has ended
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            lines = status.read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0
