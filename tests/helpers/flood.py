"""Damaged packets over real sockets, from another process's point of view: UDP, TCP, WebSocket, HTTP."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable

from tests.helpers.doors import HANDSHAKE, REQUESTS, frame, websocket_packet
from tests.helpers.mutation import Chance, as_json, damaged, damaged_json
from tests.helpers.seeds import MESSAGES, osc_packets

HERE = "127.0.0.1"


NAMES = ("intensity", "health", "kill")
"""What *nightfall* declares."""

TREES = json.loads(json.dumps(MESSAGES).replace("threat", "intensity").replace('"hit"', '"kill"'))
TEXTS = [as_json(tree) for tree in TREES]
BURST, PAUSE_S = 32, 0.004
"""Datagrams that go out at once: what the socket of the other side can hold."""

ROUND = 64
"""Messages thrown at one connection before another one is made: less than a hundred faults."""


def over_udp(port: int, chance: Chance, count: int) -> None:
    """Datagrams, as fast as they are surely taken."""
    seeds = osc_packets(*NAMES)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(count):
            with contextlib.suppress(OSError):  # longer than a datagram can be
                sender.sendto(damaged(chance, seeds), (HERE, port))
            if number % BURST == 0:
                time.sleep(PAUSE_S)


def _in_rounds(
    port: int, chance: Chance, count: int, first: bytes, packet: Callable[[Chance], bytes]
) -> None:
    """Connections of a round each; some hang up at once, some listen a little, some never."""
    for number in range(0, count, ROUND):
        with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=5.0) as client:
            client.settimeout(0.5)
            if first:
                client.sendall(first)
                client.recv(4096)
            for _ in range(min(ROUND, count - number)):
                client.sendall(packet(chance))
            if chance.is_one_in(2):
                client.shutdown(socket.SHUT_WR)
            if not chance.is_one_in(3):
                client.recv(65536)


def over_tcp(port: int, chance: Chance, count: int) -> None:
    """JSON lines."""
    _in_rounds(port, chance, count, b"", lambda c: damaged_json(c, TREES, TEXTS) + b"\n")


def over_websocket(port: int, chance: Chance, count: int) -> None:
    """Frames behind a good handshake: whole ones with damaged JSON, and damaged ones."""

    def packet(chance: Chance) -> bytes:
        if chance.is_one_in(20):  # a broken frame ends the connection
            return websocket_packet(chance)
        return frame(damaged_json(chance, TREES, TEXTS)[:4000])

    _in_rounds(port, chance, count, HANDSHAKE, packet)


def over_http(port: int, chance: Chance, count: int) -> None:
    """Raw bytes at the HTTP port: a request or two a connection, of which some are never ended."""
    for _ in range(count):
        with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=5.0) as client:
            client.settimeout(0.5)
            client.sendall(damaged(chance, REQUESTS))
            if chance.is_one_in(2):
                client.shutdown(socket.SHUT_WR)
                client.recv(4096)
