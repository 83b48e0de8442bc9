"""JSON in lines over TCP, and the bookkeeping every JSON connection shares."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from adaptive.errors import ProtocolError
from adaptive.inputs.json_text import parse_json
from adaptive.inputs.message import Checker, RequestFault, Subscribe, Transaction, read_json

LONGEST_MESSAGE = 65536
MOST_FAULTS = 100
"""Faults a minute after which a connection is closed."""

BREATH, BREATH_S = 16, 0.004
"""After so many messages of one connection the others have their turn: at most 4,000 a second."""

MOST_CONNECTIONS = 256
LINGER_S = 1.0
"""How long last answers may take to be fetched once a connection has ended."""

MOST_WAITING = 256
"""Messages that may wait for a slow listener; the oldest are dropped."""


class ConnectionHost(Protocol):
    """What a connection talks to: the session."""

    checker: Checker

    def greeting(self) -> dict[str, Any]:
        """What a connection is told first."""

    def receive(self, transaction: Transaction, connection: Connection | None = None) -> None:
        """Act on a transaction."""

    def connect(self, connection: Connection) -> None:
        """Begin to tell a connection what it subscribes to."""

    def disconnect(self, connection: Connection) -> None:
        """Forget a connection."""


class Connection:
    """One JSON client, whatever carries it.

    Parameters
    ----------
    host : ConnectionHost
        The session.
    sender : str
        Who it is, for sentences about what it sends.
    """

    def __init__(self, host: ConnectionHost, sender: str = "a client") -> None:
        self.host, self.sender = host, sender
        self.topics: frozenset[str] = frozenset({"receipt"})
        self.waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()
        self._faults: deque[float] = deque(maxlen=MOST_FAULTS)
        self.is_closing = False

    def take(self, text: str | bytes) -> None:
        """Act on one message; answer its faults."""
        try:
            document = parse_json(text)
        except ProtocolError as error:
            self._fault(RequestFault(str(error)))
            return
        transaction = read_json(document, self.host.checker)
        for request in transaction.requests:
            if isinstance(request, Subscribe):
                self.topics = request.topics | {"receipt"}
        self.host.receive(transaction, self)
        for fault in transaction.faults:
            self._fault(fault)

    def refuse(self, sentence: str) -> None:
        """Answer that something could not be read at all."""
        self._fault(RequestFault(sentence))

    def _fault(self, fault: RequestFault) -> None:
        self.send(fault.as_json())
        now = time.monotonic()
        self._faults.append(now)
        if len(self._faults) == MOST_FAULTS and now - self._faults[0] < 60.0:
            self.send({"error": "a hundred faults within a minute: good-bye", "at": "", "id": None})
            self.is_closing = True

    def send(self, document: dict[str, Any]) -> None:
        """Queue a message; a listener that does not listen loses the oldest."""
        text = json.dumps(document, ensure_ascii=False)
        # half a surrogate pair, which JSON may smuggle in, is no text that can be sent
        self.waiting.append(text.encode("utf-8", "replace").decode())
        self._wake.set()

    async def write(self, put: Callable[[str], Awaitable[None]]) -> None:
        """Hand queued messages to whoever carries them, until cancelled or the other side is gone."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self.waiting:
                    await put(self.waiting.popleft())


class TcpServer:
    """JSON lines over TCP."""

    def __init__(self, host: ConnectionHost) -> None:
        self._host = host
        self._count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client until it goes."""
        if self._count >= MOST_CONNECTIONS:
            writer.write(b'{"error": "too many connections", "at": "", "id": null}\n')
            writer.close()
            return
        self._count += 1
        peer = writer.get_extra_info("peername") or ("?",)
        connection = Connection(self._host, f"TCP from {peer[0]}")

        async def put(text: str) -> None:
            writer.write(text.encode() + b"\n")
            await writer.drain()

        sender = asyncio.create_task(connection.write(put))
        connection.send(self._host.greeting())
        self._host.connect(connection)
        try:
            await self._read(connection, reader)
            await asyncio.sleep(0)  # let the last answer out
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            pass  # the other side is gone, or the session ends
        finally:
            self._count -= 1
            self._host.disconnect(connection)
            # a task that ends cancelled is told of on stderr, by asyncio, in fourteen lines
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.01)
            sender.cancel()
            writer.close()
            # whoever asks and never fetches its answers would hold the socket for ever
            asyncio.get_running_loop().call_later(LINGER_S, writer.transport.abort)

    async def _read(self, connection: Connection, reader: asyncio.StreamReader) -> None:
        taken = 0
        while not connection.is_closing:
            try:
                line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as error:
                if error.partial.strip():
                    connection.take(error.partial)
                return
            except asyncio.LimitOverrunError:
                text = f"a line is longer than {LONGEST_MESSAGE} bytes: good-bye"
                connection.send({"error": text, "at": "", "id": None})
                return
            if line.strip():
                connection.take(line)
            taken += 1
            if taken % BREATH == 0:
                # a client that never pauses would keep the conductor from its ticks
                await asyncio.sleep(BREATH_S)
