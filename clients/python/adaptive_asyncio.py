"""A small client of *adaptive* for asyncio, over TCP.  One file, nothing but Python.

    import asyncio
    from adaptive_asyncio import AsyncClient

    async def main():
        async with AsyncClient() as music:
            music.set_parameter("intensity", 0.8)     # every frame, if you like
            receipt = await music.trigger("kill")
            print(receipt["status"], receipt["reason"])
            slot = await music.save()                 # JSON for your save file
            await music.restore(slot)
            async for beat in music.beats():
                print(beat["bar"], beat["beat"])

    asyncio.run(main())

`adaptive_client.py` beside it is for programs without asyncio, and knows which beat is heard now.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

LAST = {"finished", "superseded", "merged", "dropped", "failed"}
"""The status of the last receipt of a request."""

LONGEST_LINE = 4 << 20
"""Bytes of a line that the engine may send: `hello` names all that a preset has."""

MOST_AT_ONCE = 256
"""Requests in a line; the engine takes 1,024, and 65,536 bytes."""

MOST_UNSENT_BYTES = 65536
"""While more waits in the socket, parameters keep their latest value only."""

MOST_BEATS = 16
"""Beats that wait for a slow `beats`; the oldest are dropped."""


class RefusedError(Exception):
    """The engine refused a request, and says why."""


class AsyncClient:
    """A connection to the engine; use it with ``async with``.

    Parameters
    ----------
    host, port : str, int
        Where the engine listens for JSON lines.
    token : str, optional
        The engine's token, if it has one.
    on_message : callable, optional
        Is given every message, in the event loop.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 9001,
        token: str | None = None,
        on_message: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self._host, self._port, self._token, self._on_message = host, port, token, on_message
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._lost: Exception | None = None
        self._values: dict[str, float] = {}
        self._unsent: dict[str, float] = {}
        self._requests: list[dict[str, Any]] = []
        self._is_planned = False
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._beats: list[asyncio.Queue[dict[str, Any] | None]] = []
        self.hello: dict[str, Any] = {}

    async def __aenter__(self) -> AsyncClient:
        """Connect, and wait for `hello`."""
        reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=LONGEST_LINE)
        if self._token is not None:
            self._writer.write(json.dumps({"token": self._token}).encode() + b"\n")
        first = json.loads(await reader.readline() or b'{"error": "the engine closed the connection"}')
        if "hello" not in first:
            self._writer.close()
            raise RefusedError(first.get("error", "this is no engine"))
        self.hello = first["hello"]
        self._listening = asyncio.create_task(self._listen(reader))
        self.send({"subscribe": ["beat", "section"]})
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
        if self._listening is not None:
            await self._listening

    def set_parameter(self, name: str, value: float) -> None:
        """Set a parameter; of what is set in one turn of the event loop the latest value is sent."""
        if self._values.get(name) != value:
            self._values[name] = self._unsent[name] = value
            self._plan()

    def set_state(self, group: str, value: str) -> None:
        """Set a state."""
        self.send({"state": {group: value}})

    async def trigger(self, event: str, **options: Any) -> dict[str, Any]:
        """Fire an event; return its last receipt: `finished`, or `dropped` with the reason.

        Options are `velocity` and `expires_s`.
        """
        return await self.ask({"event": event, **options})

    async def save(self) -> dict[str, Any]:
        """Return the state of the music, for a save file."""
        saved: dict[str, Any] = (await self.ask({"save": True}))["saved"]
        return saved

    async def restore(self, saved: dict[str, Any]) -> dict[str, Any]:
        """Continue where the music was saved; return the last receipt."""
        return await self.ask({"restore": saved})

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send any request with an id, and return its last answer.

        Raises
        ------
        RefusedError
            The engine refuses it.
        ConnectionError
            The connection is lost, or was not made.
        """
        request = {"id": f"py-{next(self._ids)}", **request}
        waiting = asyncio.get_running_loop().create_future()
        self.send(request)
        self._waiting[request["id"]] = waiting
        return await waiting

    def send(self, request: dict[str, Any]) -> None:
        """Send any request, in one transaction with what is sent in this turn of the event loop.

        Raises
        ------
        ConnectionError
            The connection is lost, or was not made.
        """
        if self._writer is None or self._lost is not None:
            raise ConnectionError("the engine is not connected") from self._lost
        self._requests.append(request)
        self._plan()

    async def beats(self) -> AsyncIterator[dict[str, Any]]:
        """Yield each beat, with `bar` and `beat` counted from 1; ends with the connection."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(MOST_BEATS)
        self._beats.append(queue)
        try:
            while self._lost is None and (beat := await queue.get()) is not None:
                yield beat
        finally:
            self._beats.remove(queue)

    def _plan(self) -> None:
        if not self._is_planned and self._writer is not None:
            self._is_planned = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._is_planned = False
        if self._writer is None or self._writer.is_closing():
            return
        requests, self._requests = self._requests, []
        if self._writer.transport.get_write_buffer_size() < MOST_UNSENT_BYTES:
            requests = [
                {"parameter": name, "value": value} for name, value in self._unsent.items()
            ] + requests
            self._unsent.clear()
        else:
            asyncio.get_running_loop().call_later(0.05, self._plan)
        for i in range(0, len(requests), MOST_AT_ONCE):
            self._writer.write(json.dumps(requests[i : i + MOST_AT_ONCE]).encode() + b"\n")

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        error: Exception = ConnectionError("the connection was closed")
        try:
            while line := await reader.readline():
                self._take(json.loads(line))
        except (OSError, ValueError) as found:
            error = found
        self._lost = error
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError("the connection was lost"))
        for queue in self._beats:
            _put(queue, None)

    def _take(self, message: dict[str, Any]) -> None:
        if "hello" in message:
            self.hello = message["hello"]
        elif "beat" in message:
            bar, beat, _ = map(int, message["beat"]["position"].split("."))
            for queue in self._beats:
                _put(queue, {**message["beat"], "bar": bar, "beat": beat})
        elif "error" in message or "saved" in message or message.get("status") in LAST:
            waiting = self._waiting.pop(message.get("receipt") or message.get("id") or "", None)
            if waiting is not None and not waiting.done():
                if "error" in message:
                    waiting.set_exception(RefusedError(message["error"]))
                else:
                    waiting.set_result(message)
        if self._on_message is not None:
            self._on_message(message)


def _put(queue: asyncio.Queue[dict[str, Any] | None], what: dict[str, Any] | None) -> None:
    """Put into a queue, in place of the oldest if it is full."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(what)
