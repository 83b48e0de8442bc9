"""Sends damaged packets to each server of a session (a *door*), without its socket.

Tests call ``run(name, folder, seed, count)``, some of them in a process of its own.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from adaptive.inputs.lines import LONGEST_MESSAGE, TcpServer
from adaptive.session.http import HttpSide
from tests.helpers.hostile import Report, Rig, Watch
from tests.helpers.mutation import Chance, as_json, damaged, damaged_json
from tests.helpers.seeds import BODY, MESSAGES, osc_packets

CLIENTS = 16
A_CONNECTION = 256
"""Messages that are sent over one connection before the next one is made."""

TEXTS = [as_json(message) for message in MESSAGES]


async def osc(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Datagrams, at `OscServer.datagram_received`."""
    seeds, report = osc_packets(), rig.report
    for number in range(count):
        packet = damaged(chance, seeds)
        refused = rig.osc.malformed
        try:
            rig.osc.datagram_received(packet, (f"192.0.2.{number % 7}", 9))
        except Exception as fault:
            report.fail(packet, fault)
        report.refused += rig.osc.malformed - refused
        await watch.count_beside(rig)
        if number % 64 == 0:
            rig.turn()
            await asyncio.sleep(0)


class Writer:
    """The writing half of a TCP connection; keeps nothing but refusals."""

    def __init__(self, report: Report) -> None:
        self._report, self.transport = report, self

    def write(self, data: bytes) -> None:
        """Look at what is answered."""
        for line in data.splitlines():
            hear_answer(self._report, line)

    async def drain(self) -> None:
        """Let other tasks run."""
        await asyncio.sleep(0)

    def close(self) -> None:
        """Nothing."""

    abort = close

    def is_closing(self) -> bool:
        """It is not."""
        return False

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        """Where it comes from."""
        return "127.0.0.1", 9


def hear_answer(report: Report, text: bytes | str) -> None:
    """An answer must be JSON; an error one clear sentence."""
    try:
        answer = json.loads(text)
    except ValueError as fault:
        report.fail(text, fault)
        return
    if "error" in answer:
        report.refused += 1
        report.hear(answer["error"])


async def lines(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """JSON lines, at `TcpServer.serve`: a stream that is fed, and a writer."""
    server = TcpServer(rig.session)

    async def client(share: int) -> None:
        done = 0
        while done < share:
            reader, thrown = asyncio.StreamReader(limit=LONGEST_MESSAGE), []
            serving = asyncio.ensure_future(server.serve(reader, Writer(rig.report)))  # type: ignore[arg-type]
            for number in range(min(A_CONNECTION, share - done)):
                if serving.done():
                    break
                thrown.append(damaged_json(chance, MESSAGES, TEXTS))
                reader.feed_data(thrown[-1] + b"\n")
                await watch.count_beside(rig)
                if number % 16 == 15:
                    await asyncio.sleep(0.002)
            done += len(thrown)
            reader.feed_eof()
            try:
                await asyncio.wait_for(serving, 30.0)
            except Exception as fault:
                rig.report.fail(b"\n".join(thrown[-16:]), fault)

    await beside(rig, *(client(count // CLIENTS) for _ in range(CLIENTS)))


class Wire(asyncio.Transport):
    """A transport that is no socket: keeps what was answered until it is taken."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 9), "sockname": ("127.0.0.1", 8080)})
        self.answered = bytearray()
        self.is_closed = False
        self.protocol: Any = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another one takes what comes."""
        self.protocol = protocol

    def feed(self, data: bytes) -> None:
        """Give bytes to the protocol, as asyncio does."""
        if not isinstance(self.protocol, asyncio.BufferedProtocol):
            self.protocol.data_received(data)
            return
        while data:
            buffer = self.protocol.get_buffer(-1)
            count = min(len(buffer), len(data))
            buffer[:count] = data[:count]
            self.protocol.buffer_updated(count)
            data = data[count:]

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep an answer."""
        self.answered += data
        del self.answered[:-65_536]

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.is_closed

    def close(self) -> None:
        """Close."""
        self.is_closed = True

    abort = close

    def is_reading(self) -> bool:
        """Whether more may come."""
        return not self.is_closed

    def pause_reading(self) -> None:
        """Nothing."""

    resume_reading = pause_reading

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing."""

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0


HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: " + base64.b64encode(bytes(16)) + b"\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
REQUESTS = (
    HANDSHAKE,
    HANDSHAKE.replace(b"\r\n\r\n", b"\r\nOrigin: http://127.0.0.1:8080\r\n\r\n"),
    HANDSHAKE.replace(
        b"13\r\n", b"13\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    ),
    b"GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: a game\r\nAccept: */*\r\n\r\n",
    b"GET /page.js HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: keep-alive\r\n\r\n",
    b"GET /listen HTTP/1.1\r\nHost: [::1]:8080\r\nOrigin: https://game.example\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\nhello=world",
    b"POST /ws HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HEAD / HTTP/1.0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: a=b\r\nRange: bytes=0-9\r\nContent-Encoding: gzip\r\n\r\n",
)


def frame(payload: bytes, opcode: int = 1, mask: bytes = b"\1\2\3\4", is_last: bool = True) -> bytes:
    """A WebSocket frame as a client sends it."""
    size = len(payload)
    head = bytes([opcode | (0x80 if is_last else 0)])
    if size < 126:
        head += bytes([size | 0x80])
    elif size < 65536:
        head += bytes([126 | 0x80]) + size.to_bytes(2)
    else:
        head += bytes([127 | 0x80]) + size.to_bytes(8)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


FRAMES = (
    *(frame(text) for text in TEXTS[:6]),
    frame(b"\0\1\2", opcode=2),
    frame(b'{"play":', is_last=False) + frame(b"true}", opcode=0),
    frame(b"hello", opcode=9),
    frame(b"", opcode=10),
    frame(b"\x03\xe8bye", opcode=8),
    frame(b"x" * 300),
)


def http_packet(chance: Chance) -> bytes:
    """A request of raw bytes, damaged or not."""
    return damaged(chance, REQUESTS)


def websocket_packet(chance: Chance) -> bytes:
    """A frame: damaged JSON within, or damaged as a frame."""
    if chance.below(10) < 7:
        return frame(damaged_json(chance, MESSAGES, TEXTS)[:4000])
    return damaged(chance, FRAMES)


async def through_http(
    rig: Rig,
    watch: Watch,
    count: int,
    first: Callable[[], bytes],
    packet: Callable[[], bytes],
    a_connection: int,
    application: web.Application | None = None,
) -> None:
    """Bytes into aiohttp's own protocol, as its sockets would give them."""
    if application is None:
        application = HttpSide(rig.session, "127.0.0.1", frozenset(), None).application()
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    server = runner.server

    async def client(share: int) -> None:
        done = 0
        while done < share:
            wire, thrown = Wire(), []
            wire.set_protocol(server())
            wire.protocol.connection_made(wire)
            if greeting := first():
                wire.feed(greeting)
                for _ in range(6):
                    await asyncio.sleep(0)
            for number in range(min(a_connection, share - done)):
                thrown.append(packet())
                await watch.count_beside(rig)
                try:
                    wire.feed(thrown[-1])
                except Exception as fault:
                    rig.report.fail(thrown[-1], fault)
                for _ in range(3 if number % 8 else 8):
                    await asyncio.sleep(0)
                judge(rig.report, wire, b"\n".join(thrown[-4:]))
                if wire.is_closed:
                    break
            done += len(thrown)
            wire.protocol.eof_received()
            wire.protocol.connection_lost(None)
            await asyncio.sleep(0)

    await beside(rig, *(client(count // CLIENTS) for _ in range(CLIENTS)))
    await asyncio.sleep(0.1)
    await runner.cleanup()


def judge(report: Report, wire: Wire, packet: bytes) -> None:
    """No answer may be an error of ours, nor show our source."""
    answer = bytes(wire.answered)
    wire.answered.clear()
    # aiohttp quotes an Expect in its refusal before it asks us: where it is no text, that is a 500 of its own
    is_ours = b"expect" not in packet.lower() and re.search(rb"HTTP/1\.\d 500", answer)
    if b"Traceback" in answer or is_ours:
        report.fail(packet, answer[:300])
    elif b" 400 " in answer[:20] or b" 403 " in answer[:20] or b'{"error"' in answer:
        report.refused += 1


async def http(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Requests, a few to a connection."""
    await through_http(rig, watch, count, bytes, lambda: http_packet(chance), 3)


async def websocket(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Frames behind a good handshake."""
    await through_http(rig, watch, count, lambda: HANDSHAKE, lambda: websocket_packet(chance), A_CONNECTION)


async def beside(rig: Rig, *clients: Awaitable[None]) -> None:
    """Let clients talk while the session renders."""
    pump = asyncio.ensure_future(rig.pump())
    try:
        await asyncio.gather(*clients)
    finally:
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)


Door = Callable[[Rig, Chance, Watch, int], Awaitable[None]]
"""Throws a number of damaged packets at a session."""

DOORS: dict[str, Door] = {
    "osc": osc,
    "lines": lines,
    "http": http,
    "websocket": websocket,
}


def run(
    name: str,
    folder: str,
    seed: int,
    count: int,
    doors: Mapping[str, Door] | None = None,
    body: str = BODY,
) -> Report:
    """Throw damaged packets through a door; what came of it."""
    report = Report()

    # as the session itself does: aiohttp logs what it refuses
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)

    async def inside() -> None:
        def escaped(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            report.fail(context["message"], context.get("exception"))

        asyncio.get_running_loop().set_exception_handler(escaped)
        rig = Rig(Path(folder) / f"{name}{seed}", report, body)
        watch = Watch(report, count)
        await (doors or DOORS)[name](rig, Chance(seed), watch, count)
        await rig.settle()  # a swap opens files, and keeps for a second what it took over from
        report.is_alive = rig.is_alive()
        watch.end()
        report.clamped = rig.session.checker.clamped

    asyncio.run(inside())
    return report
