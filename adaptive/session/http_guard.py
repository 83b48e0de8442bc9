"""Who may ask a server over HTTP: `Host`, `Origin` and token are checked before anything is answered.

Native clients send no ``Origin`` header and are accepted, as are the server's own pages.  Other pages need
``--allow-origin``.  The ``Host`` header is checked, so that a foreign host name that resolves to the loopback
address is refused (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Collection
from socket import gethostname
from urllib.parse import urlsplit

from aiohttp import web

from adaptive.inputs.trust import EVERYBODY, REFUSED_S, Trust

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})
"""A server that is bound to one of these listens at every address of the machine."""


class HttpGuard:
    """Refuses requests that are not meant for this server, or that may not reach it.

    Parameters
    ----------
    bound : str
        Address the server listens at.
    allowed : frozenset of str
        Origins of other pages that may connect.
    trust : Trust
        The token that clients have to say.
    open_paths : collection of str
        What is served without a token.

    Attributes
    ----------
    names : set of str
        What the machine may be called in `Host`, but for addresses.
    """

    def __init__(
        self,
        bound: str,
        allowed: frozenset[str],
        trust: Trust = EVERYBODY,
        open_paths: Collection[str] = (),
    ) -> None:
        self._allowed, self._trust, self._open_paths = allowed, trust, open_paths
        host = gethostname().lower()
        # the name that the machine has over mDNS: its first part, with and without the dot at the end
        local = {f"{host.partition('.')[0]}.local", f"{host.partition('.')[0]}.local."}
        self.names = {*LOCAL_NAMES, bound.lower(), host, *local}
        self._is_open = bound in ALL_ADDRESSES

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request with its handler, or refuse it."""
        # aiohttp quotes headers in its answers and expects an ASCII key: otherwise it answers with status 500
        if not all(_is_text(value) for value in request.headers.values()):
            raise web.HTTPBadRequest(text="a header holds bytes that are no UTF-8 text")
        if not request.headers.get("Sec-WebSocket-Key", "").isascii():
            raise web.HTTPBadRequest(text="Sec-WebSocket-Key holds characters that no such key has")
        # not `request.host`: if the header is missing, aiohttp makes one up or asks a name server
        host = request.headers.get("Host", "")
        name = _host_name(f"//{host}")
        if name not in self.names and not (self._is_open and _is_address(name)):
            raise web.HTTPForbidden(text=f"this engine does not answer to the name {name!r}")
        origin = request.headers.get("Origin")
        is_own = origin in {f"http://{host}", f"https://{host}"}
        if origin is not None and not is_own and origin not in self._allowed:
            raise web.HTTPForbidden(text=f"pages from {origin} need --allow-origin {origin}")
        if self._trust.has_token and request.path not in self._open_paths and not self._says_token(request):
            await asyncio.sleep(REFUSED_S)  # a token is not guessed
            text = "this engine wants its token: Authorization: Bearer TOKEN, or ?token=TOKEN"
            raise web.HTTPUnauthorized(text=text, headers={"WWW-Authenticate": "Bearer"})
        response: web.StreamResponse = await handler(request)
        return response

    def _says_token(self, request: web.Request) -> bool:
        kind, _, said = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._trust.accepts(said.strip())
        return self._trust.accepts(request.query.get("token"))


def _host_name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_text(value: str) -> bool:
    """Whether a header was valid UTF-8; aiohttp decodes other bytes to lone surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_address(name: str) -> bool:
    """Whether a host is a numeric address; a foreign name that resolves to this machine is not."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
