"""JSON lines over TCP, and the base of every JSON connection."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from adaptive.errors import ProtocolError
from adaptive.inputs.json_requests import read_json
from adaptive.inputs.json_text import parse_json
from adaptive.inputs.known_faults import KnownFaults, kind_of
from adaptive.inputs.message import Checker, RequestFault, Transaction
from adaptive.inputs.plain_parameter import PlainParameter, read_plain
from adaptive.inputs.subscribe import Subscribe
from adaptive.inputs.trust import EVERYBODY, REFUSED_S, TOKEN_S, Trust

LONGEST_MESSAGE = 65536
MOST_FAULTS, FAULTS_S = 100, 60.0
"""Different faults within a minute after which a connection is closed.

The same fault again is only counted, until it has not come for a minute.
"""

MESSAGES_BEFORE_PAUSE, PAUSE_S = 16, 0.004
"""Messages of one connection before a pause in which others are served: at most 4,000 a second."""

MOST_CONNECTIONS = 256
ANSWER_FETCH_S = 1.0
"""Time that a client has to read the last answers after its connection has ended."""

FIRST_BYTE_S = 0.05
"""Time in which a client of another protocol begins to speak; then the greeting is sent."""

MOST_WAITING = 256
"""Messages that may wait for a slow client; the oldest are dropped."""

MOST_BUFFERED = 65536
"""Bytes that the system has not taken yet, beyond which messages wait."""

SLOW_S = 0.02
"""Time until it is tried again to write to a slow client."""


def as_bytes(document: dict[str, Any]) -> bytes:
    """A message as it is sent; JSON may hold a lone surrogate, which UTF-8 cannot encode."""
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


class ToldMessage:
    """A message to all who subscribe to a topic; it is written once for all clients of a protocol.

    Parameters
    ----------
    document : dict
        ``{topic: content}``.
    """

    __slots__ = ("_written", "document")

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._written: dict[Callable[[bytes], bytes], bytes] = {}

    def framed(self, frame: Callable[[bytes], bytes]) -> bytes:
        """The message as a protocol sends it."""
        if frame not in self._written:
            self._written[frame] = frame(as_bytes(self.document))
        return self._written[frame]


def as_line(message: bytes) -> bytes:
    """A message as a line."""
    return message + b"\n"


class Listener(Protocol):
    """Whoever is told what it subscribes to: a connection, an OSC client, a fixed destination.

    Attributes
    ----------
    topics : frozenset of str
        What it subscribes to.
    """

    topics: frozenset[str]

    def send(self, document: dict[str, Any]) -> None:
        """Send a message."""

    def hear(self, told: ToldMessage) -> None:
        """Send a message of a topic that it subscribes to."""


class ConnectionHost(Protocol):
    """The part of a session that a connection uses."""

    checker: Checker

    def greeting(self) -> dict[str, Any]:
        """The first message on a connection."""

    def receive(self, transaction: Transaction, connection: Connection | None = None) -> None:
        """Act on a transaction."""

    def set_plain(self, name: str, value: float) -> bool:
        """Set a parameter if nothing but its range has to be looked at; whether it was set."""

    def report(self, sender: str, sentence: str) -> None:
        """Tell the user of a fault in what a client sends, the first time."""

    def connect(self, connection: Listener) -> None:
        """Register a connection for the topics it subscribes to."""

    def disconnect(self, connection: Listener) -> None:
        """Remove a connection."""


class Connection:
    """One JSON client, over TCP or WebSocket.

    Parameters
    ----------
    host : ConnectionHost
        The session.
    sender : str
        Name of the client, for messages about what it sends.
    clock : callable
        Returns seconds of a monotonic clock.
    frame : callable
        Makes what is sent of the bytes of a message.

    Attributes
    ----------
    topics : frozenset of str
        What the client subscribes to.
    waiting : deque of bytes
        Messages to the client that are not sent yet, as its protocol sends them.
    is_closing : bool
        Whether the connection has to be closed.
    """

    def __init__(
        self,
        host: ConnectionHost,
        sender: str = "a client",
        clock: Callable[[], float] = time.monotonic,
        frame: Callable[[bytes], bytes] = as_line,
    ) -> None:
        self.host, self.sender, self._clock, self._frame = host, sender, clock, frame
        self.topics: frozenset[str] = frozenset({"receipt"})
        self.waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._transport: asyncio.WriteTransport | None = None
        self._is_due = False
        self._known = KnownFaults(FAULTS_S, clock)
        self._faults: deque[float] = deque(maxlen=MOST_FAULTS)
        self.is_closing = False

    def take(self, text: str | bytes) -> None:
        """Act on one message, and answer its errors."""
        plain = read_plain(text)
        if plain is not None:
            self._set(plain)
            return
        try:
            document = parse_json(text)
        except ProtocolError as error:
            self.refuse(str(error))
            return
        if isinstance(document, dict) and document.keys() == {"token"}:
            return  # a client that says one to an engine that wants none
        transaction = read_json(document, self.host.checker)
        for request in transaction.requests:
            if isinstance(request, Subscribe):
                self.topics = request.topics | {"receipt"}
        self.host.receive(transaction, self)
        self._answer(transaction.faults)

    def _set(self, plain: PlainParameter) -> None:
        """Act on a message that sets one parameter."""
        if self.host.set_plain(plain.parameter, plain.value):
            return
        try:
            request = self.host.checker.parameter(plain.parameter, plain.value)
        except ProtocolError as error:
            self._answer([RequestFault(str(error))])
            return
        self.host.receive(Transaction([request]), self)

    def refuse(self, sentence: str) -> None:
        """Answer that a message could not be read."""
        self._answer([RequestFault(sentence)])

    def _answer(self, faults: list[RequestFault]) -> None:
        """Answer the faults of a message: those of a kind that is new, and those whose request has an id."""
        if not faults:
            return
        new = {kind_of(fault.error) for fault in faults if self._known.add(fault.error)}
        for fault in faults:
            self.host.report(self.sender, fault.error)
            if fault.id is not None or kind_of(fault.error) in new:
                self.send(fault.as_json())
        now = self._clock()
        self._faults.extend(now for _ in new)
        if len(self._faults) == MOST_FAULTS and now - self._faults[0] < FAULTS_S:
            text = "a hundred different faults within a minute: good-bye"
            self.send({"error": text, "at": "", "id": None})
            self.is_closing = True

    def send(self, document: dict[str, Any]) -> None:
        """Queue a message.  If too many wait, the oldest are dropped."""
        self._queue(self._frame(as_bytes(document)))

    def hear(self, told: ToldMessage) -> None:
        """Queue a message that is sent to many."""
        self._queue(told.framed(self._frame))

    def _queue(self, message: bytes) -> None:
        self.waiting.append(message)
        if not self._is_due and self._transport is not None:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._write_due)

    def write_to(self, transport: asyncio.WriteTransport) -> None:
        """Write what waits to a transport, and what is queued from now on."""
        self._transport = transport
        self._write_due()

    def stop_writing(self) -> None:
        """Write what the transport takes at once, and nothing more."""
        self._write_due()
        self._transport = None

    def _write_due(self) -> None:
        """Write what was queued in this turn of the loop; where the client is slow, the rest later."""
        self._is_due = False
        transport = self._transport
        if transport is None or not self.waiting or transport.is_closing():
            return
        if transport.get_write_buffer_size() < MOST_BUFFERED:
            due, size = [], 0
            while self.waiting and size < MOST_BUFFERED:
                due.append(self.waiting.popleft())
                size += len(due[-1])
            transport.write(b"".join(due))
        if self.waiting:
            self._is_due = True
            asyncio.get_running_loop().call_later(SLOW_S, self._write_due)


class OtherProtocol(Protocol):
    """What else may be spoken at the port of JSON lines."""

    async def take(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve a client, if its first byte says that it speaks this; whether it did."""


class TcpServer:
    """JSON lines over TCP.

    Parameters
    ----------
    host : ConnectionHost
        The session.
    other : OtherProtocol, optional
        Another protocol, which is told by the first byte.
    trust : Trust
        The token that the first line has to say.
    """

    def __init__(
        self, host: ConnectionHost, other: OtherProtocol | None = None, trust: Trust = EVERYBODY
    ) -> None:
        self._host, self._other, self._trust = host, other, trust
        self._count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it disconnects."""
        if self._count >= MOST_CONNECTIONS:
            writer.write(b'{"error": "too many connections", "at": "", "id": null}\n')
            writer.close()
            return
        self._count += 1
        first = await self._first_byte(reader)
        try:
            if self._other is not None and first and await self._other.take(first, reader, writer):
                self._count -= 1
                writer.close()
                return
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            self._count -= 1
            writer.close()
            return
        peer = writer.get_extra_info("peername") or ("?",)
        if self._trust.has_token:
            if not await self._says_token(reader, first):
                await self._turn_away(writer)
                self._host.report(f"TCP from {peer[0]}", "did not say the token first")
                self._count -= 1
                return
            first = b""
        connection = Connection(self._host, f"TCP from {peer[0]}")

        connection.write_to(writer.transport)
        connection.send(self._host.greeting())
        self._host.connect(connection)
        try:
            await self._read(connection, reader, first)
            await asyncio.sleep(0)  # let the last answer be sent
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            pass  # the client has gone, or the session ends
        finally:
            self._count -= 1
            self._host.disconnect(connection)
            # asyncio writes fourteen lines to stderr about a task that ends as cancelled
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.01)
            connection.stop_writing()
            writer.close()
            # a client that never reads its answers would keep the socket open
            asyncio.get_running_loop().call_later(ANSWER_FETCH_S, writer.transport.abort)

    async def _says_token(self, reader: asyncio.StreamReader, first: bytes) -> bool:
        """Whether the first line is the token."""
        with contextlib.suppress(
            TimeoutError,
            ConnectionError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            ProtocolError,
        ):
            document = parse_json(first + await asyncio.wait_for(reader.readuntil(b"\n"), TOKEN_S))
            return isinstance(document, dict) and self._trust.accepts(document.get("token"))
        return False

    async def _turn_away(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await asyncio.sleep(REFUSED_S)  # a token is not guessed
            text = 'this engine wants its token first: {"token": "…"}'
            error = {"error": text, "at": "", "id": None}
            writer.write(json.dumps(error, ensure_ascii=False).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _first_byte(self, reader: asyncio.StreamReader) -> bytes:
        """The first byte of a client; empty: it waits for our greeting."""
        if self._other is None:
            return b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            return await asyncio.wait_for(reader.read(1), FIRST_BYTE_S)
        return b""

    async def _read(self, connection: Connection, reader: asyncio.StreamReader, first: bytes) -> None:
        taken = 0
        while not connection.is_closing:
            try:
                line = first if first == b"\n" else first + await reader.readuntil(b"\n")
                first = b""
            except asyncio.IncompleteReadError as error:
                if (first + error.partial).strip():
                    connection.take(first + error.partial)
                return
            except asyncio.LimitOverrunError:
                text = f"a line is longer than {LONGEST_MESSAGE} bytes: good-bye"
                connection.send({"error": text, "at": "", "id": None})
                return
            if line.strip():
                connection.take(line)
            taken += 1
            if taken % MESSAGES_BEFORE_PAUSE == 0:
                # a client that never pauses would delay the conductor's control steps
                await asyncio.sleep(PAUSE_S)
