"""Runs `adaptive play` in a process of its own, and clients that talk to it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adaptive.inputs.osc_codec import encode_message
from tests.helpers.forks import Fork, start
from tests.helpers.jack_clients import opening_clients

START_S = 60.0
"""Time limit for the start; a cold start compiles the kernel first."""

WITHOUT_CARD = {"null", "web"}
"""Sinks with which an engine is forked; one on a sound card is a Python of its own, as users start it."""


def until(condition: Callable[[], Any], seconds: float = 10.0, step_s: float = 0.01) -> Any:
    """Poll a condition until it holds or the time is over; return its last result."""
    deadline = time.monotonic() + seconds
    found = condition()
    while not found and time.monotonic() < deadline:
        time.sleep(step_s)
        found = condition()
    return found


class Client:
    """A client that speaks JSON lines over TCP."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5.0)
        self._file = self._socket.makefile("rb")
        self.heard: list[dict[str, Any]] = []

    def send(self, *documents: Any) -> None:
        """Send each document as a line."""
        self._socket.sendall(b"".join(json.dumps(document).encode() + b"\n" for document in documents))

    def send_raw(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(raw)

    def next(self, seconds: float = 5.0) -> dict[str, Any] | None:
        """Next message; None once the other side has closed."""
        self._socket.settimeout(seconds)
        line = self._file.readline()
        if not line:
            return None
        self.heard.append(json.loads(line))
        return self.heard[-1]

    def until(self, key: str, seconds: float = 10.0, **wanted: Any) -> dict[str, Any]:
        """Next message that has a key, and the wanted fields in the key's value or beside it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            message = self.next(max(0.1, deadline - time.monotonic()))
            if message is None:
                break
            inner = message.get(key)
            fields = message | inner if isinstance(inner, dict) else message
            if key in message and all(fields.get(name) == value for name, value in wanted.items()):
                return message
        raise AssertionError(f"no {key} {wanted} within {seconds} s; heard {self.heard[-5:]}")

    def hang_up(self) -> None:
        """Shut the connection down, even while another thread reads from it."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self._socket.close()


@dataclass
class RunningEngine:
    """An `adaptive play` process and its ports."""

    process: subprocess.Popen[str] | Fork
    ready: dict[str, Any]
    complaints: Path

    def osc(self, address: str, *arguments: Any) -> None:
        """Send an OSC message."""
        self.datagram(encode_message(address, arguments))

    def datagram(self, packet: bytes) -> None:
        """Send bytes to the OSC port."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(packet, ("127.0.0.1", self.ready["osc"]))

    def client(self) -> Client:
        """A TCP client that has received the hello message."""
        client = Client(self.ready["tcp"])
        assert "hello" in (client.next() or {})
        return client

    def said(self) -> list[str]:
        """Lines on stderr so far, without the time of day at their start."""
        text = self.complaints.read_text(encoding="utf-8")
        return [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in text.splitlines()]

    def end(self, number: int = signal.SIGTERM, seconds: float = 15.0) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextlib.contextmanager
def playing(
    folder: Path,
    preset: Path,
    *arguments: str,
    environment: dict[str, str] | None = None,
    module: tuple[str, ...] = ("adaptive",),
) -> Iterator[RunningEngine]:
    """Start `adaptive play` on free ports, wait until it is ready, and end it in any case."""
    folder.mkdir(parents=True, exist_ok=True)
    complaints = folder / "stderr.txt"
    words = ["play", str(preset), "--ready", "--osc", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    words += ["--tcp", "127.0.0.1:0", *arguments]
    surroundings = os.environ | (environment or {})
    process: subprocess.Popen[str] | Fork
    with complaints.open("w", encoding="utf-8") as errors, opening_clients(environment or {}):
        if module == ("adaptive",) and arguments[:1] == ("--sink",) and arguments[1] in WITHOUT_CARD:
            process = start(words, errors.fileno(), surroundings)
        else:
            process = subprocess.Popen(
                [sys.executable, "-m", *module, *words],
                stdout=subprocess.PIPE, stderr=errors, text=True, env=surroundings,
            )  # fmt: skip
        assert process.stdout is not None
        found, _, _ = select.select([process.stdout], [], [], START_S)
        line = process.stdout.readline() if found else ""
    try:
        assert line, f"not ready: {complaints.read_text(encoding='utf-8')}"
        yield RunningEngine(process, json.loads(line), complaints)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10.0)
        if process.stdout is not None:
            process.stdout.close()
