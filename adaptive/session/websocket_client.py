"""A client of JSON over WebSocket, ``/ws``: many small messages, each read where its bytes arrive.

aiohttp answers the handshake.  Then the connection is taken over from it: frames are read as soon as the
socket has them, without a task that has to wake for each, and one write says all that a turn of the event
loop has to say (decision 84).
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from adaptive.inputs.lines import (
    ANSWER_FETCH_S,
    LONGEST_MESSAGE,
    MOST_BUFFERED,
    Connection,
    ConnectionHost,
)
from adaptive.inputs.websocket_frames import (
    BINARY,
    CLOSE,
    NO_TEXT,
    PING,
    PONG,
    TEXT,
    FrameError,
    FrameReader,
    WebSocketMessage,
    answer_to_close,
    frame,
)

SILENT_S = 30.0
"""A client that is silent for so long is sent a ping; one that stays so for half of that again has gone."""

MOST_READ = 16384
"""Bytes that are read of a client at a time, 300 messages; then others are read."""

_READ = memoryview(bytearray(MOST_READ))
"""Where asyncio reads to: one place for all clients, because what was read is taken before more is."""

GOING, GOOD_BYE_S = b"\x03\xe8", 0.02
"""Code 1000, and the time in which the last answers are sent before a connection is closed."""


class WebSocketClient(asyncio.BufferedProtocol):
    """What a client says, after the handshake.

    Parameters
    ----------
    inner : asyncio.BaseProtocol
        aiohttp's protocol, which is told when the connection ends.
    transport : asyncio.Transport
        The connection.
    connection : Connection
        Acts on its messages.
    silent_s : float
        Silence after which it is sent a ping.
    """

    def __init__(
        self,
        inner: asyncio.BaseProtocol,
        transport: asyncio.Transport,
        connection: Connection,
        silent_s: float,
    ) -> None:
        self._inner, self._transport, self._connection = inner, transport, connection
        self._reader, self._silent_s = FrameReader(LONGEST_MESSAGE), silent_s
        self._loop = asyncio.get_running_loop()
        self._heard_s = self._loop.time()
        self._is_closed = False
        self.ended = self._loop.create_future()
        self._timer = self._loop.call_later(silent_s / 2.0, self._look)
        self._ending: asyncio.TimerHandle | None = None

    # ── asyncio.BufferedProtocol ───────────────────────────────────────────────────────────────

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes are read to."""
        return _READ

    def buffer_updated(self, nbytes: int) -> None:
        """Act on the messages of the bytes that were read."""
        if self._is_closed:
            return
        data = bytes(_READ[:nbytes])
        self._heard_s = self._loop.time()
        text = self._reader.read_text(data)
        if text is not None:
            self._take_text(text)
        else:
            try:
                self._take_all(self._reader.read(data))
            except FrameError as error:
                self._take_all(error.before)
                self._connection.host.report(self._connection.sender, str(error))
                if not self._is_closed:
                    self._close(error.code.to_bytes(2))
        if self._connection.is_closing and not self._is_closed:
            self._is_closed = True
            self._loop.call_later(GOOD_BYE_S, self._close, GOING)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._timer.cancel()
        if self._ending is not None:  # it would keep this client for a second
            self._ending.cancel()
        self._is_closed = True
        self._inner.connection_lost(exc)
        if not self.ended.done():
            self.ended.set_result(None)

    def eof_received(self) -> None:
        """Nothing more comes: asyncio closes the connection."""
        self._end_soon()

    def pause_writing(self) -> None:
        """Tell aiohttp, which waits for it where it ends the connection."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Tell aiohttp."""
        self._inner.resume_writing()

    # ── messages ───────────────────────────────────────────────────────────────────────────────

    def _take_all(self, messages: list[WebSocketMessage]) -> None:
        """Act on messages; of several pings the last is answered, as section 5.5.3 allows."""
        ping = None
        for message in messages:
            if self._is_closed:
                return
            if message.kind == PING:
                ping = message
            else:
                self._take(message)
        if ping is not None and not self._is_closed:
            self._write(frame(ping.payload, PONG))

    def _take(self, message: WebSocketMessage) -> None:
        if message.kind == TEXT:
            self._take_text(message.payload)
        elif message.kind == BINARY:
            self._connection.refuse("binary messages are not understood here: send JSON as text")
        elif message.kind == CLOSE:
            self._close(answer_to_close(message.payload))

    def _take_text(self, text: bytes) -> None:
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError:
                self._close(NO_TEXT.to_bytes(2))
                return
        self._connection.take(text)

    def _close(self, code: bytes) -> None:
        """Say good-bye, and close the connection."""
        self._is_closed = True
        self._connection.stop_writing()
        self._write(frame(code, CLOSE))
        self._transport.close()
        self._end_soon()

    def _end_soon(self) -> None:
        """End the connection also if the client never fetches what was sent."""
        if self._ending is None and not self.ended.done():
            self._ending = self._loop.call_later(ANSWER_FETCH_S, self._transport.abort)

    def _write(self, data: bytes) -> None:
        """Write, unless the client does not fetch what was sent before."""
        if not self._transport.is_closing() and self._transport.get_write_buffer_size() < MOST_BUFFERED:
            self._transport.write(data)

    def _look(self) -> None:
        """Send a ping to a client that is silent, and end the connection if it stays so."""
        silent_s = self._loop.time() - self._heard_s
        if silent_s >= 1.5 * self._silent_s:
            self._transport.abort()
            return
        if silent_s >= self._silent_s:
            self._write(frame(b"", PING))
        self._timer = self._loop.call_later(self._silent_s / 2.0, self._look)


async def serve_client(
    request: web.Request, host: ConnectionHost, silent_s: float = SILENT_S
) -> web.WebSocketResponse:
    """Serve one client until it disconnects."""
    response = web.WebSocketResponse(max_msg_size=LONGEST_MESSAGE, compress=False)
    await response.prepare(request)
    transport = request.transport
    if transport is None or transport.is_closing():  # it has gone meanwhile
        return response
    connection = Connection(host, f"WebSocket from {request.remote}", frame=frame)
    client = WebSocketClient(request.protocol, transport, connection, silent_s)
    transport.set_protocol(client)
    connection.write_to(transport)
    connection.send(host.greeting())
    host.connect(connection)
    try:
        await client.ended
    finally:
        host.disconnect(connection)
        connection.stop_writing()
        transport.close()  # aiohttp would wait for a frame that it does not read any more
    return response
