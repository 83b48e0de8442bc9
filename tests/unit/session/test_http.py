"""Answers of the HTTP port, above all to invalid requests."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from adaptive.inputs.lines import Connection
from adaptive.inputs.message import Checker, Transaction
from adaptive.session.http import MOST_HTTP, HttpSide, serve
from tests.helpers.presets import two_sections

HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
)


class FakeHost:
    """A session that only records its connections."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.here: set[Connection] = set()

    def receive(self, _transaction: Transaction, _connection: Connection | None = None) -> None:
        pass

    def set_plain(self, _name: str, _value: float) -> bool:
        return False

    def connect(self, connection: Connection) -> None:
        self.here.add(connection)

    def disconnect(self, connection: Connection) -> None:
        self.here.discard(connection)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> FakeHost:
    return FakeHost(Checker(two_sections(tmp_path_factory.mktemp("http"))))


def answer(session: FakeHost, request: bytes) -> str:
    """The beginning of the answer to a request."""

    async def run() -> str:
        async with contextlib.AsyncExitStack() as stack:
            application = HttpSide(session, "127.0.0.1", frozenset(), None).application()
            port = await serve(application, ("127.0.0.1", 0), stack)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write(request)
            return (await asyncio.wait_for(reader.read(4096), 5.0)).decode("utf-8", "replace")

    return asyncio.run(run())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:9", "LOCALHOST"])
def test_the_page_comes_to_whoever_names_this_machine(session: FakeHost, host: str) -> None:
    assert "200 OK" in answer(session, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", "403 Forbidden"),
        (b"GET / HTTP/1.1\r\nHost: \r\n\r\n", "403 Forbidden"),
        (b"GET / HTTP/1.1\r\nHost: [\r\n\r\n", "403 Forbidden"),
        (b"GET / HTTP/1.1\r\nHost: game.example\r\n\r\n", "does not answer to the name 'game.example'"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a.example\r\n\r\n", "need --allow-origin"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://\xff\r\n\r\n", "bytes that are no UTF-8 text"),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: \xed\xa0\x80\r\n\r\n",
            "bytes that are no UTF-8 text",
        ),
        (HANDSHAKE.encode() + b"\xff\r\n\r\n", "bytes that are no UTF-8 text"),
        (HANDSHAKE.encode() + "ééé\r\n\r\n".encode(), "Sec-WebSocket-Key holds characters"),
        (HANDSHAKE.encode() + b"short\r\n\r\n", "400 Bad Request"),
        (b"POST /ws HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", "405 Method Not Allowed"),
        (b"GET /pcm HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 Not Found"),
        (b"\0\1\2\r\n\r\n", "400 Bad Request"),
    ],
)
def test_what_is_no_good_request_is_told_so(session: FakeHost, request_: bytes, expected: str) -> None:
    told = answer(session, request_)

    assert expected in told
    assert "500 Internal" not in told
    assert session.here == set()


def test_one_connection_too_many_is_turned_away_and_room_comes_again(session: FakeHost) -> None:
    ask = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    async def told(port: int) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ask)
        try:
            return (await asyncio.wait_for(reader.readline(), 5.0)).decode()
        finally:
            writer.close()

    async def run() -> list[str]:
        async with contextlib.AsyncExitStack() as stack:
            application = HttpSide(session, "127.0.0.1", frozenset(), None).application()
            port = await serve(application, ("127.0.0.1", 0), stack)
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_HTTP)]
            answers = [await told(port), await told(port)]
            for _, writer in idle:
                writer.close()
            deadline = asyncio.get_running_loop().time() + 5.0
            last = "503"
            while "503" in last and asyncio.get_running_loop().time() < deadline:
                last = await told(port)
            return [*answers, last]

    first, second, third = asyncio.run(run())

    assert "503" in first
    assert "503" in second
    assert "200 OK" in third
