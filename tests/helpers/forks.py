"""Starts `adaptive` as a fork of a process that has imported it: an import takes 1.3 s of CPU, a fork 0.02.

A fork is a process of its own: with its own arguments, environment, working directory, signals and exit code.
What begins anew in each process is still begun anew: sound libraries, the kernel's code, threads, sockets.
Tests of the start itself (`tests/house/test_packaging.py`, `tests/foreign`, `tests/unit/cli`) start Python.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

POLL_S = 0.01


class Fork:
    """A forked program, with what tests use of `subprocess.Popen`."""

    def __init__(self, status: IO[bytes], stdout: IO[str]) -> None:
        self._status = status
        self.stdout: IO[str] | None = stdout
        self.returncode: int | None = None
        self.pid = int(status.readline())
        os.set_blocking(status.fileno(), False)

    def poll(self) -> int | None:
        """The exit code, or minus the signal that ended it; None while it runs."""
        if self.returncode is None:
            line = self._status.readline()
            if line:
                self.returncode = int(line)
                self._status.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit code."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("adaptive", timeout or 0.0)
            time.sleep(POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def start(words: Sequence[str], errors: int, environment: Mapping[str, str]) -> Fork:
    """Start ``adaptive`` with these words; its stderr goes to the file descriptor `errors`."""
    stdout, its_stdout = os.pipe()
    status, its_status = os.pipe()
    request = {"words": list(words), "folder": str(Path.cwd()), "environment": dict(environment)}
    socket.send_fds(_origin(), [json.dumps(request).encode()], [its_stdout, errors, its_status])
    os.close(its_stdout)
    os.close(its_status)
    return Fork(os.fdopen(status, "rb"), os.fdopen(stdout, "r", encoding="utf-8"))


@cache
def _origin() -> socket.socket:
    """The connection to the process that forks; it ends when this one does."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    subprocess.Popen([sys.executable, "-m", "tests.helpers.forks"], stdin=there, stdout=subprocess.DEVNULL)
    there.close()
    return here


def _serve() -> None:
    """Fork for each request, until the other side is gone."""
    import gc

    import adaptive.api.session
    import adaptive.cli  # noqa: F401

    gc.collect()
    gc.freeze()
    requests = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits for a program is reaped by itself
    while True:
        try:
            content, descriptors, _, _ = socket.recv_fds(requests, 1 << 20, 3)
        except KeyboardInterrupt:
            return
        if not content:
            return
        if os.fork() == 0:
            requests.close()
            _watch(json.loads(content), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _watch(request: Mapping[str, object], stdout: int, errors: int, status: int) -> None:
    """Fork the program, tell its number, wait for it, tell its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    program = os.fork()
    if program == 0:
        os.close(status)
        _run(request, stdout, errors)
    os.close(stdout)
    os.close(errors)
    os.write(status, f"{program}\n".encode())
    _, code = os.waitpid(program, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(code)}\n".encode())
    os._exit(0)


def _run(request: Mapping[str, object], stdout: int, errors: int) -> None:
    """Become the program."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate((nothing, stdout, errors)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    # those of the process that forks remember that they were files
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = os.fdopen(  # type: ignore[misc]
        2, "w", closefd=False, errors="backslashreplace", buffering=1
    )
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    sys.argv = ["adaptive", *request["words"]]  # type: ignore[misc]
    from adaptive.__main__ import main

    main()
    sys.exit(0)  # as any program ends: threads are waited for, exit handlers run


if __name__ == "__main__":
    _serve()
