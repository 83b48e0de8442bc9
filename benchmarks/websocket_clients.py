"""Many WebSocket clients in one process that does little: raw sockets, frames that are made beforehand.

A client that uses a library for WebSocket needs more of a core than the engine that it measures.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TURN_S = 1.0 / 600.0
"""Time between two turns: in each, the clients whose message is due send it."""

READ_S = 0.1
"""Time between two looks at what was answered."""

ANSWER_S = 30.0
"""Longest wait for the last receipt."""

TEXT, CLOSE, PING = 1, 8, 9
PONG = b"\x8a\x80\0\0\0\0"
_MASK = b"\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the clients have sent and heard.

    Parameters
    ----------
    sent, heard : int
        Messages.
    most, least : int
        Messages that the client that heard most has heard, and the one that heard least.
    took_s : float
        Time in which they were sent.
    waited_s : float
        Longest time until the last message of a client was answered; infinity: one was not.
    ended : int
        Connections that the engine has ended.
    cpu_s, engine_cpu_s : float
        CPU time of the clients and of the engine, while they sent.
    """

    sent: int
    heard: int
    most: int
    least: int
    took_s: float
    waited_s: float
    ended: int
    cpu_s: float
    engine_cpu_s: float


def frame(text: str) -> bytes:
    """A text frame as a client sends it, with a mask of zeros."""
    payload = text.encode()
    head = bytes([0x80 | TEXT, 0x80 | len(payload)]) if len(payload) < 126 else b""
    if not head:
        head = bytes([0x80 | TEXT, 0x80 | 126]) + len(payload).to_bytes(2)
    return head + _MASK + payload


class RawClient:
    """One client: a socket behind its handshake, and the frames that it has received.

    Parameters
    ----------
    port : int
        Where the engine listens.
    topics : list of str
        What it subscribes to.
    """

    def __init__(self, port: int, topics: list[str]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10.0)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(HANDSHAKE)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(4096)
        self._rest = answer.partition(b"\r\n\r\n")[2]
        self.socket.sendall(frame(json.dumps({"subscribe": topics})))
        self.socket.setblocking(False)
        self.heard = 0
        self.is_answered = self.is_ended = False

    def send(self, data: bytes) -> bool:
        """Send a frame; whether the socket took it."""
        try:
            return self.socket.send(data) == len(data)
        except BlockingIOError:
            return False
        except OSError:
            self.is_ended = True
            return False

    def read(self) -> None:
        """Take what has come, and count its frames."""
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.is_ended = True
            return
        data = self._rest + data
        self.is_answered = self.is_answered or b'"receipt": "last"' in data
        at = 0
        while at + 2 <= len(data):
            size, head = data[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2 : at + 4]), 4
            if at + head + size > len(data):
                break
            self.heard += data[at] & 0x0F == TEXT
            self.is_ended |= data[at] & 0x0F == CLOSE
            if data[at] & 0x0F == PING:
                self.send(PONG)
            at += head + size
        self._rest = data[at:]


def run(
    port: int,
    count: int,
    seconds: float,
    rate_hz: float,
    name: str,
    last_value: float,
    engine_cpu_s: Callable[[], float],
) -> Traffic:
    """Let clients send values of a parameter at a rate each, and hear what they subscribe to.

    The last message of each has an id: its receipt says that all before it were taken.  `engine_cpu_s` tells
    the CPU time of the engine so far.
    """
    clients: list[RawClient] = []
    frames = [frame(json.dumps({"parameter": name, "value": number / 60.0})) for number in range(60)]
    with selectors.DefaultSelector() as selector:
        for _ in range(count):
            client = RawClient(port, ["beat", "section", "meters", "parameters"])
            clients.append(client)
            selector.register(client.socket, selectors.EVENT_READ, client)
            _read_all(selector)
        heard_before = [client.heard for client in clients]
        before, engine_before_s = os.times(), engine_cpu_s()
        began, sent, next_read = time.monotonic(), 0, 0.0
        # each client has its own place within the interval, as clients that know nothing of each other
        due = [began + number / count / rate_hz for number in range(count)]
        order, at = list(range(count)), 0
        until = began + seconds
        while (now := time.monotonic()) < until and count:
            while due[order[at]] <= now:
                number = order[at]
                sent += clients[number].send(frames[sent % 60])
                due[number] += 1.0 / rate_hz
                at = (at + 1) % count
            if now >= next_read:
                next_read = now + READ_S
                _read_all(selector)
            time.sleep(TURN_S)
        if not count:
            time.sleep(seconds)
        took_s, asked = time.monotonic() - began, time.monotonic()
        after, engine_after_s = os.times(), engine_cpu_s()
        _read_all(selector)
        heard = [client.heard - one for client, one in zip(clients, heard_before, strict=True)]
        last = frame(json.dumps({"parameter": name, "value": last_value, "id": "last"}))
        for client in clients:
            while not client.send(last) and not client.is_ended and time.monotonic() < asked + ANSWER_S:
                time.sleep(TURN_S)
        while not all(one.is_answered or one.is_ended for one in clients):
            if time.monotonic() > asked + ANSWER_S:
                break
            _read_all(selector)
            time.sleep(TURN_S)
        waited_s = time.monotonic() - asked
    for client in clients:
        with contextlib.suppress(OSError):
            client.socket.close()
    is_answered = all(one.is_answered for one in clients)
    return Traffic(
        sent, sum(heard), max(heard, default=0), min(heard, default=0), took_s,
        waited_s if is_answered else float("inf"),
        sum(one.is_ended for one in clients), after.user + after.system - before.user - before.system,
        engine_after_s - engine_before_s,
    )  # fmt: skip


def _read_all(selector: selectors.BaseSelector) -> None:
    for key, _ in selector.select(0.0):
        if not key.data.is_ended:
            key.data.read()
