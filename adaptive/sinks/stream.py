"""Streams the master output as raw float32: to browsers over WebSocket, to games over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from aiohttp import WSMsgType, web

WAITING_BLOCKS = 48
"""Blocks that may wait for a slow listener (half a second); then the oldest are dropped."""

MOST_LISTENERS = 64


class Broadcast:
    """Passes blocks from the sink's thread to listeners on the event loop.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        Event loop of the listeners.
    sample_rate, channels : int
        Sample rate in Hz and channels of the blocks.

    Attributes
    ----------
    dropped_blocks : int
        Blocks that slow listeners have lost.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, sample_rate: int, channels: int) -> None:
        self._loop = loop
        self.sample_rate, self.channels = sample_rate, channels
        self._queues: set[asyncio.Queue[bytes]] = set()
        self.dropped_blocks = 0

    @property
    def listeners(self) -> int:
        """Number of listeners."""
        return len(self._queues)

    def put(self, block: bytes) -> None:
        """Send a block to every listener.  Called in the sink's thread."""
        if self._queues:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                self._loop.call_soon_threadsafe(self._spread, block)

    def _spread(self, block: bytes) -> None:
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
                self.dropped_blocks += 1
            queue.put_nowait(block)

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue[bytes]]:
        """Register a listener; yields its queue of blocks."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(WAITING_BLOCKS)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    async def serve_http(self, request: web.Request) -> web.StreamResponse:
        """``GET /pcm``: little-endian float32, interleaved, at the pace at which it plays."""
        if self.listeners >= MOST_LISTENERS:
            raise web.HTTPServiceUnavailable(text="too many listeners")
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/octet-stream",
                "X-Sample-Rate": str(self.sample_rate),
                "X-Channels": str(self.channels),
                "X-Format": "f32le",
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(request)
        with self.listen() as queue, contextlib.suppress(ConnectionError):
            while True:
                await response.write(await queue.get())
        return response

    async def serve_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """``GET /listen``: one JSON message with sample rate and channels, then binary blocks."""
        if self.listeners >= MOST_LISTENERS:
            raise web.HTTPServiceUnavailable(text="too many listeners")
        socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=1024)
        await socket.prepare(request)
        await socket.send_json({"sample_rate": self.sample_rate, "channels": self.channels})
        with self.listen() as queue:
            sender = asyncio.create_task(self._send(socket, queue))
            async for message in socket:
                if message.type in {WSMsgType.CLOSE, WSMsgType.ERROR}:
                    break
            sender.cancel()
        return socket

    async def _send(self, socket: web.WebSocketResponse, queue: asyncio.Queue[bytes]) -> None:
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await socket.send_bytes(await queue.get())
