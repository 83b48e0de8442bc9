"""Sends damaged packets over real sockets: UDP, TCP, WebSocket, HTTP, and sound over a WebSocket."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable

from tests.helpers.doors import HANDSHAKE, REQUESTS, frame, websocket_packet
from tests.helpers.mutation import Chance, as_json, damaged, damaged_json
from tests.helpers.seeds import MESSAGES, osc_packets
from tests.helpers.side_doors import SOUND_FRAMES, SOUND_QUERIES

HERE = "127.0.0.1"


NAMES = ("intensity", "health", "kill")
"""Two parameters and an event that *nightfall* declares."""

TREES = json.loads(json.dumps(MESSAGES).replace("threat", "intensity").replace('"hit"', '"kill"'))
TEXTS = [as_json(tree) for tree in TREES]
BURST, PAUSE_S = 32, 0.004
"""Datagrams that are sent at once, and the pause after them; the receiving socket can hold so many."""

ROUND = 64
"""Messages over one connection before the next one is made: fewer than the faults that close it."""


def over_udp(port: int, chance: Chance, count: int) -> None:
    """Datagrams, slowly enough that none is lost."""
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
    """Connections of one round each; some close at once, some read an answer, some never read."""
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
    """Frames after a valid handshake: valid ones with damaged JSON, and damaged ones."""

    def packet(chance: Chance) -> bytes:
        if chance.is_one_in(20):  # a broken frame ends the connection
            return websocket_packet(chance)
        return frame(damaged_json(chance, TREES, TEXTS)[:4000])

    _in_rounds(port, chance, count, HANDSHAKE, packet)


def over_http(port: int, chance: Chance, count: int) -> None:
    """Raw bytes to the HTTP port: one request per connection; some are never completed."""
    for _ in range(count):
        with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=5.0) as client:
            client.settimeout(0.5)
            client.sendall(damaged(chance, REQUESTS))
            if chance.is_one_in(2):
                client.shutdown(socket.SHUT_WR)
                client.recv(4096)


def over_pcm_in(port: int, chance: Chance, count: int) -> None:
    """Pieces of sound behind a good handshake, for layers that are there and one that is not."""
    for number in range(0, count, ROUND):
        first = HANDSHAKE.replace(b"GET /ws", b"GET /pcm-in/" + chance.one_of(SOUND_QUERIES))
        _in_rounds(port, chance, min(ROUND, count - number), first, lambda c: damaged(c, SOUND_FRAMES))
