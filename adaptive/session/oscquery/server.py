"""The server of OSCQuery: the tree over HTTP, and a WebSocket on the same port."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from adaptive.inputs.input import InputHost
from adaptive.inputs.lines import LONGEST_MESSAGE, MESSAGES_BEFORE_PAUSE, PAUSE_S
from adaptive.inputs.message import Transaction
from adaptive.inputs.osc import OscReader, OscServer
from adaptive.inputs.osc_codec import MAX_PACKET_BYTES
from adaptive.inputs.osc_peers import OscPeer, OscPeers
from adaptive.session.http_guard import HttpGuard
from adaptive.session.oscquery.address_space import ATTRIBUTES, AddressSpace
from adaptive.session.oscquery.present_values import MethodValues
from adaptive.session.oscquery.query_client import QueryClient
from adaptive.site.addresses import EVERYWHERE, Networks

EXTENSIONS = (
    "ACCESS",
    "VALUE",
    "RANGE",
    "DESCRIPTION",
    "CLIPMODE",
    "CRITICAL",
    "LISTEN",
    "IGNORE",
    "PATH_CHANGED",
    "PATH_ADDED",
    "PATH_REMOVED",
)
"""What of the proposal is kept beyond its core."""

MOST_CLIENTS = 64
"""Clients at the WebSocket."""

LISTEN_S = 1.0 / 30.0
"""Time between two looks at the values that clients listen to."""

KEPT_S, MOST_KEPT = 0.02, 64
"""An answer is given again within this time, or within `REST` times the time that it took to write.

So whoever asks in a loop does not delay the music's steps.
"""

REST = 10.0


class QueryHost(InputHost, Protocol):
    """The part of a session that the server uses."""

    @property
    def volume(self) -> float:
        """The listener's volume, 0 … 1."""

    def heard(self, frame: int) -> int:
        """Number of the frame at which a rendered frame reaches the output."""


class QueryServer:
    """Answers questions about the tree, and serves the WebSocket.

    Parameters
    ----------
    host : QueryHost
        The session.
    space : AddressSpace
        The tree.
    host_info : callable
        Makes HOST_INFO, but for the extensions.
    guard : HttpGuard
        Refuses who may not ask.
    allowed : Networks
        From where questions and OSC are accepted.

    Attributes
    ----------
    clients : set of QueryClient
        Clients at the WebSocket.
    space : AddressSpace
        The tree.
    """

    def __init__(
        self,
        host: QueryHost,
        space: AddressSpace,
        host_info: Callable[[], dict[str, Any]],
        guard: HttpGuard,
        allowed: Networks = EVERYWHERE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self.space, self._host_info = host, space, host_info
        self._guard, self._allowed, self._clock = guard, allowed, clock
        self.values = MethodValues(host)
        self.clients: dict[QueryClient, OscServer] = {}
        self._due_s = 0.0
        self._kept: dict[tuple[str, ...], tuple[bytes, float]] = {}

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(middlewares=[self._guard.check], client_max_size=1024)
        application.add_routes([web.get("/{path:.*}", self._answer)])
        return application

    # ── questions over HTTP ────────────────────────────────────────────────────────────────────

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.remote not in self._allowed:
            raise web.HTTPForbidden(text=f"{request.remote} is not in a network that the site allows")
        path = request.path.rstrip("/") or "/"
        if request.headers.get("Upgrade", "").lower() == "websocket":
            if path != "/":
                raise web.HTTPNotFound(text="the WebSocket is at /")
            return await self._serve_websocket(request)
        asked = [part.partition("=")[0] for part in request.query_string.split("&") if part]
        asked = [name for name in asked if name != "token"]
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        origin = request.headers.get("Origin")
        if origin is not None:  # the guard has let it pass
            headers["Access-Control-Allow-Origin"] = origin
        if "HOST_INFO" in asked:
            info = self._host_info() | {"EXTENSIONS": dict.fromkeys(EXTENSIONS, True)}
            return _json(_written(info), headers)
        unknown = [name for name in asked if name not in ATTRIBUTES]
        if unknown:
            known = ", ".join(("HOST_INFO", *ATTRIBUTES))
            raise web.HTTPBadRequest(
                text=f"{unknown[0][:80]!r} is no attribute here: {known} are", headers=headers
            )
        if path not in self.space:
            raise web.HTTPNotFound(text=f"there is no address {path[:200]}", headers=headers)
        body = self._node(path, asked)
        return _json(body, headers) if body else web.Response(status=204, headers=headers)

    def _node(self, path: str, asked: list[str]) -> bytes:
        """A node, or the attributes of it that are asked for; empty: it has none of them."""
        now_s, key = self._clock(), (path, *asked)
        kept = self._kept.get(key)
        if kept is not None and now_s < kept[1]:
            return kept[0]
        node = self.space.as_json(path, self.values.of) or {}
        wanted = [name for name in asked if name != "VALUE" or self.space.can_be_read(path)]
        found = {name: node[name] for name in wanted if name in node} if asked else node
        body = _written(found) if found else b""
        if path not in self.space.methods:  # a method is written in no time
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            written_s = self._clock()
            self._kept[key] = body, written_s + max(KEPT_S, REST * (written_s - now_s))
        return body

    # ── the WebSocket ──────────────────────────────────────────────────────────────────────────

    async def _serve_websocket(self, request: web.Request) -> web.WebSocketResponse:
        if len(self.clients) >= MOST_CLIENTS:
            raise web.HTTPServiceUnavailable(text="too many connections")
        socket = web.WebSocketResponse(heartbeat=30.0, max_msg_size=LONGEST_MESSAGE, compress=False)
        await socket.prepare(request)
        remote = request.remote or "?"
        client = QueryClient(self._host, f"OSCQuery from {remote}", self.space)
        peers = OscPeers(lambda packet, _address: client.answer(packet), self._host, math.inf)
        reader = OscReader(self._host.performance.preset, self._host.checker)
        osc = OscServer(reader, self._receive, self._host.complain, peers)
        self.clients[client] = osc
        sender = asyncio.create_task(client.write(socket.send_str, socket.send_bytes))
        self._host.connect(client)
        try:
            await self._read(socket, client, osc, f"{remote} over OSCQuery")
        finally:
            del self.clients[client]
            self._host.disconnect(client)
            osc.close()
            sender.cancel()
        return socket

    async def _read(
        self, socket: web.WebSocketResponse, client: QueryClient, osc: OscServer, sender: str
    ) -> None:
        taken = 0
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                client.take(message.data, self.values.of)
            elif message.type == WSMsgType.BINARY and len(message.data) <= MAX_PACKET_BYTES:
                client.note_packet(message.data)
                osc.take(message.data, sender, None, sender)
            if client.is_closing:
                await socket.close()
            taken += 1
            if taken % MESSAGES_BEFORE_PAUSE == 0:
                # a client that never pauses would delay the conductor's control steps
                await asyncio.sleep(PAUSE_S)

    def _receive(self, transaction: Transaction, arrival: int | None, peer: OscPeer | None = None) -> None:
        self._host.receive(transaction, peer, arrival)

    def follow(self) -> None:
        """Tell the clients of values that have changed."""
        now_s = self._clock()
        if now_s < self._due_s or not self.clients:
            return
        self._due_s = now_s + LISTEN_S
        wanted = {client: client.polled for client in self.clients}
        values = {path: self.values.of(path) for path in set().union(*wanted.values())}
        for client, paths in wanted.items():
            for path in paths:
                client.tell(path, values[path])

    def use(self, space: AddressSpace) -> None:
        """Show another tree, and tell the clients what has changed."""
        notices = list(space.notices_since(self.space, self.values.of))
        self.space = space
        self._kept.clear()
        for client, osc in self.clients.items():
            osc.reader = OscReader(self._host.performance.preset, self._host.checker)
            client.use(space, notices, self.values.of)

    def close(self) -> None:
        """Nobody asks any more."""
        self.values.close()


def _written(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _json(body: bytes, headers: dict[str, str]) -> web.Response:
    return web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)
