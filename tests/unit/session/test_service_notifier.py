from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.session.service_notifier import ServiceNotifier

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")


class Manager:
    """A service manager's end of the socket, and a session that it watches."""

    def __init__(self, path: str, watchdog_s: float, **more: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + path[1:] if path.startswith("@") else path)
        self._socket.setblocking(False)
        self.now_s, self.is_heard, self.told = 0.0, True, list[str]()
        health = {"preset": "hall", "section": "", "position": "1.1.0", "underruns": 0}
        self.host: Any = SimpleNamespace(
            reports=self, performance=SimpleNamespace(frame=0), complain=self.told.append
        )
        self.health = lambda: health
        environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": f"{watchdog_s * 1e6:.0f}", **more}
        self.notifier = ServiceNotifier(self.host, environment, lambda: self.now_s)

    def heard(self) -> list[str]:
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self._socket.recv(4096).decode())
        return found

    def run(self, seconds: float) -> list[str]:
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            self.notifier.follow()
        return [one for one in self.heard() if not one.startswith("STATUS")]


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_it_is_ready_with_the_first_frame_and_feeds_the_watchdog_while_blocks_are_rendered(
    tmp_path: Path, kind: str
) -> None:
    path = str(tmp_path / "notify") if kind == "path" else f"@adaptive-{os.getpid()}-{tmp_path.name}"

    async def watch() -> None:
        manager = Manager(path, watchdog_s=4.0)
        async with contextlib.AsyncExitStack() as stack:
            await manager.notifier.open(stack)
            assert manager.run(3.0) == []
            manager.host.performance.frame = 64
            assert manager.run(1.0) == ["READY=1", "WATCHDOG=1"]
            assert manager.run(6.0) == ["WATCHDOG=1"] * 3
            manager.is_heard = False
            assert manager.run(10.0) == []
        assert manager.heard() == ["STOPPING=1"]

    asyncio.run(watch())


def test_the_watchdog_of_another_process_is_not_fed_and_a_wrong_path_is_told(tmp_path: Path) -> None:
    async def watch() -> None:
        manager = Manager(str(tmp_path / "notify"), 4.0, WATCHDOG_PID="1")
        lost = ServiceNotifier(manager.host, {"NOTIFY_SOCKET": str(tmp_path / "none")})
        async with contextlib.AsyncExitStack() as stack:
            await manager.notifier.open(stack)
            await lost.open(stack)
            manager.host.performance.frame = 64
            assert manager.run(9.0) == ["READY=1"]
            lost.follow()
        assert "the service manager is not reached" in manager.told[0]

    asyncio.run(watch())
