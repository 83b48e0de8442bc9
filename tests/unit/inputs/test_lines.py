from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adaptive.conductor.messages import Transport
from adaptive.inputs.lines import (
    ANSWER_FETCH_S,
    LONGEST_MESSAGE,
    MOST_BUFFERED,
    MOST_FAULTS,
    MOST_WAITING,
    SLOW_S,
    Connection,
    TcpServer,
    ToldMessage,
    as_line,
)
from adaptive.inputs.message import Checker, Transaction
from adaptive.inputs.subscribe import Subscribe
from tests.helpers.presets import two_sections


class FakeHost:
    """A session that records what it receives."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.greeting = checker.hello
        self.received: list[Transaction] = []
        self.here: set[Connection] = set()
        self.gone = 0
        self.reported: list[str] = []

    def receive(self, transaction: Transaction, _connection: Connection | None = None) -> None:
        self.received.append(transaction)

    def report(self, sender: str, sentence: str) -> None:
        self.reported.append(f"{sender}: {sentence}")

    def set_plain(self, _name: str, _value: float) -> bool:
        return False

    def connect(self, connection: Connection) -> None:
        self.here.add(connection)

    def disconnect(self, connection: Connection) -> None:
        self.here.discard(connection)
        self.gone += 1


@pytest.fixture
def host(tmp_path_factory: pytest.TempPathFactory) -> FakeHost:
    return FakeHost(Checker(two_sections(tmp_path_factory.mktemp("lines"))))


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]


def over_tcp(host: FakeHost, talk: Talk) -> Any:
    """Talk to a real server on a free port."""

    async def run() -> Any:
        server = await asyncio.start_server(TcpServer(host).serve, "127.0.0.1", 0, limit=LONGEST_MESSAGE)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            return await asyncio.wait_for(talk(reader, writer), 10.0)
        finally:
            writer.close()
            server.close()
            deadline = asyncio.get_running_loop().time() + 5.0
            while host.here and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            while len(asyncio.all_tasks()) > 1 and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return asyncio.run(run())


async def answers(reader: asyncio.StreamReader) -> list[dict[str, Any]]:
    """All messages until the server closes the connection."""
    return [json.loads(line) for line in (await reader.read()).splitlines()]


def test_the_first_message_is_hello(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> Any:
        return json.loads(await reader.readline())

    assert over_tcp(host, talk) == host.checker.hello()


def test_a_line_is_a_transaction_and_the_last_needs_no_end(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(b'\n  \n{"play":true}\n[{"stop":true},{"play":true}]\n{"stop":true}')
        writer.write_eof()
        return await answers(reader)

    said = over_tcp(host, talk)

    assert len(said) == 1
    assert [t.requests for t in host.received] == [
        [Transport(is_playing=True)],
        [Transport(is_playing=False), Transport(is_playing=True)],
        [Transport(is_playing=False)],
    ]
    assert host.here == set()


BOMBS = {
    b"\xff\xfe\x00": "is not UTF-8 text: byte 1 is wrong",
    b'{"a":' * 10_000: "nests too deeply",
    b"[" * 20_000: "nests too deeply",
    b'"\xc3\x28"': "is not UTF-8 text: byte 2 is wrong",
    b'{"play": tru}': "is not JSON: at column 10, expected a value",
    b"1" * 5000: "holds a number with too many digits",
    b"GET / HTTP/1.1": "is not JSON: at column 1, expected a value",
    b"\x00\x01\x02": "is not JSON: at column 1, expected a value",
}


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_what_is_not_json_is_a_fault_and_the_connection_stays(host: FakeHost, bomb: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(bomb + b"\n" + b'{"play":true}\n')
        writer.write_eof()
        return await answers(reader)

    said = over_tcp(host, talk)

    assert said[1:] == [{"error": BOMBS[bomb], "at": "", "id": None}]
    assert host.received == [Transaction([Transport(is_playing=True)])]


def test_half_a_surrogate_in_an_id_does_not_silence_the_connection(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(b'{"event":"nope","id":"\\ud800"}\n{"event":"nope","id":"b"}\n')
        writer.write_eof()
        return await answers(reader)

    assert [line["id"] for line in over_tcp(host, talk)[1:]] == ["?", "b"]


def test_a_line_that_is_too_long_closes_the_connection_and_says_why(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(b"x" * (LONGEST_MESSAGE * 2))
        return await answers(reader)

    assert over_tcp(host, talk)[-1]["error"] == "a line is longer than 65536 bytes: good-bye"


def different(count: int) -> bytes:
    return b"".join(b'{"event":"nope%d"}\n' % number for number in range(count))


def test_a_hundred_different_faults_within_a_minute_close_the_connection(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(different(MOST_FAULTS + 50))
        return await answers(reader)

    said = over_tcp(host, talk)

    assert said[-1]["error"] == "a hundred different faults within a minute: good-bye"
    assert len(said) == 1 + MOST_FAULTS + 1


def test_ninety_nine_different_faults_do_not(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(different(MOST_FAULTS - 1) + b'{"play":true}\n')
        writer.write_eof()
        return await answers(reader)

    assert len(over_tcp(host, talk)) == MOST_FAULTS
    assert host.received[-1].requests == [Transport(is_playing=True)]


def test_the_same_fault_is_told_once_and_the_connection_stays(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        wrong = b'{"event":"nope"}\n{"tempo":%d}\n{"tempo":\n'
        writer.write(b"".join(wrong % (1000 + number) for number in range(500)) + b'{"play":true}\n')
        writer.write_eof()
        return await answers(reader)

    said = over_tcp(host, talk)

    assert [message["error"] for message in said[1:]] == [
        "there is no event 'nope'",
        "tempo must be from 20 to 400 quarter notes a minute, got 1000",
        "is not JSON: at column 10, expected a value",
    ]
    assert host.received[-1].requests == [Transport(is_playing=True)]
    assert len(host.reported) == 1500
    assert host.reported[0] == "TCP from 127.0.0.1: there is no event 'nope'"


def test_a_request_with_an_id_is_always_answered(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(b"".join(b'{"event":"nope","id":"%d"}\n' % number for number in range(150)))
        writer.write_eof()
        return await answers(reader)

    assert [message["id"] for message in over_tcp(host, talk)[1:]] == [str(n) for n in range(150)]


def test_a_list_with_one_fault_many_times_is_told_of_each_place(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        line = b"[" + b",".join([b'{"event":"nope"}'] * 150) + b"]\n"
        writer.write(line + line)
        writer.write_eof()
        return await answers(reader)

    assert [message["at"] for message in over_tcp(host, talk)[1:]] == [f"[{n}]" for n in range(150)]


def test_a_fault_that_was_away_for_a_minute_is_told_again(host: FakeHost) -> None:
    now_s = 100.0

    async def make() -> Connection:
        return Connection(host, "a client", lambda: now_s)

    connection = asyncio.run(make())
    told = []
    for pause_s in (0.0, 1.0, 59.0, 60.5, 30.0):
        now_s += pause_s
        before = len(connection.waiting)
        connection.take('{"event":"nope"}')
        told.append(len(connection.waiting) - before)

    assert told == [1, 0, 0, 1, 0]


def test_a_transaction_with_faults_acts_as_far_as_it_can(host: FakeHost) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(b'[{"play":true},{"event":"nope","id":"x"}]\n')
        writer.write_eof()
        return await answers(reader)

    said = over_tcp(host, talk)

    assert said[1]["id"] == "x"
    assert host.received[0].requests == [Transport(is_playing=True)]


def test_a_client_that_vanishes_is_forgotten(host: FakeHost) -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'{"play":')
        writer.transport.abort()

    over_tcp(host, talk)

    assert host.here == set()


def test_a_subscription_keeps_receipts(host: FakeHost) -> None:
    async def make() -> Connection:
        connection = Connection(host)
        connection.take('{"subscribe":["beat"]}')
        return connection

    connection = asyncio.run(make())

    assert connection.topics == {"beat", "receipt"}
    assert host.received[0].requests == [Subscribe(frozenset({"beat"}))]


def test_a_listener_that_does_not_listen_loses_the_oldest(host: FakeHost) -> None:
    async def make() -> Connection:
        connection = Connection(host)
        for number in range(MOST_WAITING + 10):
            connection.send({"n": number})
        return connection

    waiting = asyncio.run(make()).waiting

    assert len(waiting) == MOST_WAITING
    assert json.loads(waiting[0]) == {"n": 10}


class FakeTransport:
    """A transport that keeps what is written, and says how much of it waits."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.buffered, self.is_gone = 0, False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def is_closing(self) -> bool:
        return self.is_gone


def test_what_one_turn_says_is_one_write_and_a_slow_client_waits(host: FakeHost) -> None:
    async def run() -> None:
        transport, connection = FakeTransport(), Connection(host)
        connection.write_to(transport)  # type: ignore[arg-type]
        connection.send({"a": 1})
        connection.hear(ToldMessage({"beat": 2}))
        await asyncio.sleep(0)
        assert transport.written == [b'{"a": 1}\n{"beat": 2}\n']
        transport.buffered = MOST_BUFFERED
        connection.send({"b": 3})
        await asyncio.sleep(0)
        assert len(connection.waiting) == 1
        transport.buffered = 0
        while connection.waiting:  # noqa: ASYNC110
            await asyncio.sleep(SLOW_S)
        transport.is_gone = True
        connection.send({"c": 4})
        connection.stop_writing()
        assert transport.written[1:] == [b'{"b": 3}\n']

    asyncio.run(asyncio.wait_for(run(), 5.0))


def test_a_message_to_many_is_written_once_for_each_protocol() -> None:
    told = ToldMessage({"name": "\ud800"})

    assert told.framed(as_line) is told.framed(as_line)
    assert told.framed(as_line) == b'{"name": "?"}\n'
    assert told.framed(bytes.upper) == b'{"NAME": "?"}'


@pytest.mark.skipif(
    not os.path.exists("/proc/self/fd"), reason="the system does not say which files are open"
)
def test_whoever_never_fetches_its_answers_does_not_keep_its_socket(host: FakeHost) -> None:
    """A half-closed connection with 15 MB of answers that are never read: more than any buffer holds."""

    async def run() -> int:
        server = await asyncio.start_server(TcpServer(host).serve, "127.0.0.1", 0, limit=LONGEST_MESSAGE)
        client = socket.create_connection(server.sockets[0].getsockname())
        while not host.here:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        before = len(os.listdir("/proc/self/fd"))
        connection = next(iter(host.here))
        for _ in range(MOST_WAITING):
            connection.send({"n": "x" * 60_000})
        while len(connection.waiting) == MOST_WAITING:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        client.shutdown(socket.SHUT_WR)
        deadline = asyncio.get_running_loop().time() + ANSWER_FETCH_S + 5.0
        while (after := len(os.listdir("/proc/self/fd"))) == before:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.01)
        client.close()
        server.close()
        return before - after

    assert asyncio.run(run()) == 1
