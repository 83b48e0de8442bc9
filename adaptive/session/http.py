"""The HTTP server of a session: its page, ``/ws``, streams of sound, ``/health`` and ``/metrics``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import ssl
from importlib.resources import files

from aiohttp import web

from adaptive.inputs.input import Address, InputBase, InputHost, port_taken
from adaptive.inputs.trust import EVERYBODY, Trust
from adaptive.session.http_guard import HttpGuard
from adaptive.session.incoming.programs import SoundIn
from adaptive.session.websocket_client import serve_client
from adaptive.sinks.stream import MOST_LISTENERS, Broadcast

MOST_WEBSOCKETS = 512
"""Connections at ``/ws``: with those of the other limits fewer than 1,024 files, which many systems allow."""

MOST_HTTP = MOST_WEBSOCKETS + MOST_LISTENERS + 64
"""Connections over HTTP: WebSockets, streams, and some for the page."""

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
_NO_STORE = {"Cache-Control": "no-store"}
PAGES = {
    "/": ("index.html", "text/html"),
    "/page.js": ("page.js", "text/javascript"),
    "/midi.js": ("midi.js", "text/javascript"),
    "/page.css": ("page.css", "text/css"),
    "/worklet.js": ("worklet.js", "text/javascript"),
}


def _policy(host: str) -> str:
    """What the page may do: load its own files, and connect to the server that it came from.

    Safari before 15.4 does not count WebSockets as ``'self'``, so they are named.
    """
    # `host` was checked to name this machine; only what a host and a port can be goes into the header
    named = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'{named};"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class _Refusal(asyncio.Protocol):
    """Answers a connection beyond `MOST_HTTP` with status 503 and closes it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send status 503 and close."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        transport.close()


async def serve(
    application: web.Application,
    address: tuple[str, int],
    stack: contextlib.AsyncExitStack,
    tls: ssl.SSLContext | None = None,
) -> int:
    """Serve an application until the stack is unwound; returns the port.

    Raises
    ------
    OSError
        The address is in use, or is not an address of this machine.
    """
    # aiohttp answers malformed HTTP with status 400 and also logs a traceback, which is of no use here
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    made = runner.server
    assert made is not None

    def protocol() -> asyncio.Protocol:
        # aiohttp has no limit of its own: idle connections would use up the process's file descriptors
        return _Refusal() if len(made.connections) >= MOST_HTTP else made()

    server = await asyncio.get_running_loop().create_server(protocol, *address, ssl=tls)
    stack.callback(server.close)
    port: int = server.sockets[0].getsockname()[1]
    return port


class HttpSide:
    """Serves the pages and WebSockets.

    Parameters
    ----------
    host : InputHost
        The session.
    bound : str
        Address the server listens at.
    allowed : frozenset of str
        Origins of other pages that may connect.
    broadcast : Broadcast or None
        The master output as a stream, if the session has one.
    trust : Trust
        The token that clients have to say.
    """

    def __init__(
        self,
        host: InputHost,
        bound: str,
        allowed: frozenset[str],
        broadcast: Broadcast | None,
        trust: Trust = EVERYBODY,
    ) -> None:
        self._host = host
        self._guard = HttpGuard(bound, allowed, trust, PAGES)
        self._broadcast = broadcast
        self._sound = SoundIn(host)
        self._count = 0

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(middlewares=[self._guard.check], client_max_size=65536)
        for path in PAGES:
            application.router.add_get(path, self._page)
        application.router.add_get("/ws", self._control)
        application.router.add_get("/health", self._health)
        application.router.add_get("/metrics", self._metrics)
        for method in ("GET", "POST"):
            application.router.add_route(method, "/pcm-in/{name}", self._sound.serve)
        if self._broadcast is not None:
            application.router.add_get("/listen", self._broadcast.serve_websocket)
            application.router.add_get("/pcm", self._broadcast.serve_http)
        return application

    async def _page(self, request: web.Request) -> web.Response:
        name, kind = PAGES[request.path]
        text = (files("adaptive.sinks") / "web" / name).read_text(encoding="utf-8")
        return web.Response(
            text=text,
            content_type=kind,
            headers={
                "Cache-Control": "no-cache",
                "Content-Security-Policy": _policy(request.headers.get("Host", "")),
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
            },
        )

    async def _health(self, _request: web.Request) -> web.Response:
        """How the session is, with status 503 if no block is rendered."""
        health = self._host.reports.health()
        return web.json_response(health, status=200 if health["ok"] else 503, headers=_NO_STORE)

    async def _metrics(self, _request: web.Request) -> web.Response:
        text = self._host.reports.metrics()
        headers = {**_NO_STORE, "Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=text.encode(), headers=headers)

    async def _control(self, request: web.Request) -> web.WebSocketResponse:
        if self._count >= MOST_WEBSOCKETS:
            raise web.HTTPServiceUnavailable(text="too many connections")
        self._count += 1
        try:
            return await serve_client(request, self._host)
        finally:
            self._count -= 1


class HttpInput(InputBase):
    """The HTTP server as an input of a session: page, WebSocket, and the streams.

    Parameters
    ----------
    host : InputHost
        The session.
    address : (str, int)
        Where to listen.
    allowed : frozenset of str
        Origins of other pages that may connect.
    broadcast : Broadcast or None
        The master output as a stream, if the session has one.
    trust : Trust
        The token that clients have to say, and the certificates.
    """

    name = "http"

    def __init__(
        self,
        host: InputHost,
        address: Address,
        allowed: frozenset[str],
        broadcast: Broadcast | None,
        trust: Trust = EVERYBODY,
    ) -> None:
        super().__init__(host)
        self._address, self._tls = address, trust.tls
        self._side = HttpSide(host, address[0], allowed, broadcast, trust)

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Listen, until the stack is unwound."""
        try:
            self.port = await serve(self._side.application(), self._address, stack, self._tls)
        except OSError as error:
            raise port_taken("HTTP", "--http", self._address, error) from error
