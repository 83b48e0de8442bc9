"""Tells a service manager that the music plays: the protocol of `sd_notify(3)`, over a datagram socket.

The watchdog is fed only while blocks are rendered, and only from the event loop: if the sound, the device or
Python hangs, the service manager begins the program anew.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping

from adaptive.inputs.input import InputBase, InputHost

STATUS_S = 10.0
"""Time between two sentences for ``systemctl status``."""


class ServiceNotifier(InputBase):
    """Tells a service manager what it asked for in the environment.

    Parameters
    ----------
    host : InputHost
        The session.
    environment : Mapping
        `NOTIFY_SOCKET`, and `WATCHDOG_USEC` if there is a watchdog.
    clock : callable
        Seconds of the monotonic clock.
    """

    name = "service"
    has_port = False

    def __init__(
        self,
        host: InputHost,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(host)
        self._clock = clock
        self._path = environment.get("NOTIFY_SOCKET", "")
        limit_us = environment.get("WATCHDOG_USEC", "")
        is_for_us = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        is_number = limit_us.isascii() and limit_us.isdigit()
        self._feed_s = int(limit_us) / 2e6 if is_number and is_for_us else 0.0
        self._socket: socket.socket | None = None
        self._is_ready = False
        self._fed_s = self._told_s = -STATUS_S

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Open the socket; a path that cannot be reached is told of, and the music plays."""
        path = "\0" + self._path[1:] if self._path.startswith("@") else self._path
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        made.setblocking(False)
        try:
            made.connect(path)
        except OSError as error:
            made.close()
            self.host.complain(f"the service manager is not reached at {self._path}: {error.strerror}")
            return
        self._socket = made
        stack.callback(self._close)

    def follow(self) -> None:
        """Tell when the first frame is rendered; then feed the watchdog while blocks are."""
        if self._socket is None:
            return
        now_s, reports = self._clock(), self.host.reports
        if not self._is_ready:
            if self.host.performance.frame == 0:
                return
            self._is_ready = True
            self._tell("READY=1")
        if self._feed_s and now_s - self._fed_s >= self._feed_s and reports.is_heard:
            self._fed_s = now_s
            self._tell("WATCHDOG=1")
        if now_s - self._told_s >= STATUS_S:
            self._told_s = now_s
            health = reports.health()
            what = health["section"] or "silence"
            self._tell(
                f"STATUS={health['preset']}: {what}, {health['position']}, underruns {health['underruns']}"
            )

    def _close(self) -> None:
        self._tell("STOPPING=1")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _tell(self, text: str) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # the manager has gone
                self._socket.send(text.encode())
