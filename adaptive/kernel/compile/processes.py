"""Processes that compile units of the kernel, each one unit after the other."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import IO

POLL_S = 0.02

Failure = Callable[[str, str], Exception]
"""Makes the exception of a unit that cannot be compiled, of its name and of what the compiler said."""


def compile_in_processes(
    names: Sequence[str],
    command: Sequence[str],
    environment: dict[str, str],
    is_compiled: Callable[[str], bool],
    progress: Callable[[str, int, int], None] | None,
    failure: Failure,
) -> None:
    """Compile units in one process for each core; whichever is free takes the next one.

    Starting a process takes more than a second: fourteen processes, one a unit, took 27 s on two cores.

    Parameters
    ----------
    names : sequence of str
        Units, slowest first.
    command : sequence of str
        Starts a process that reads names from its standard input, a line each.
    environment : dict
        Environment of the processes.
    is_compiled : callable
        Whether the file of a unit is there.
    progress : callable, optional
        Called with (unit, number done, number in all) after each.
    failure : callable
        Makes the exception that is raised where a process fails.
    """
    waiting = deque(names)
    processes: list[subprocess.Popen[str]] = []
    said: dict[subprocess.Popen[str], IO[str]] = {}
    for _ in range(min(os.cpu_count() or 1, len(names))):
        # a file, because numba's warnings, 3 kB each, could fill a pipe that nobody reads meanwhile
        log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=log, text=True)
        processes.append(process)
        said[process] = log
    busy = dict.fromkeys(processes, "")
    done = 0
    try:
        while busy:
            for process, name in list(busy.items()):
                if name and is_compiled(name):
                    done += 1
                    if progress is not None:
                        progress(name, done, len(names))
                elif process.poll() is not None:
                    said[process].seek(0)
                    raise failure(name, said[process].read())
                elif name:
                    continue
                if waiting:
                    busy[process] = waiting.popleft()
                    _tell(process, busy[process])
                else:
                    del busy[process]
            time.sleep(POLL_S)
    except BaseException:
        for process in processes:
            process.kill()
        raise
    finally:
        for process in processes:
            process.communicate()
            said[process].close()


def _tell(process: subprocess.Popen[str], name: str) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it has ended: the next look at it tells
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
