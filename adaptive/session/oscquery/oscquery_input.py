"""The OSCQuery input of a session: a port of its own, and what is announced on the network."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any, Protocol

from adaptive.inputs.input import Address, InputBase, port_taken
from adaptive.inputs.message import Checker
from adaptive.inputs.trust import EVERYBODY, Trust
from adaptive.preset.model import Preset
from adaptive.session.http import serve
from adaptive.session.http_guard import ALL_ADDRESSES, LOCAL_NAMES, HttpGuard
from adaptive.session.oscquery.address_space import AddressSpace
from adaptive.session.oscquery.announcement import HOW_TO_INSTALL, Announced, Announcer, find_zeroconf
from adaptive.session.oscquery.methods import LABELS, methods_of
from adaptive.session.oscquery.server import QueryHost, QueryServer
from adaptive.site.addresses import EVERYWHERE, Networks


class OscQueryHost(QueryHost, Protocol):
    """The part of a session that the input uses."""

    @property
    def presets(self) -> list[str]:
        """Names of the presets that can be loaded."""

    status: Any


def usual_name() -> str:
    """The name of the engine where the site says none: it stays the same over presets and starts."""
    return f"adaptive {socket.gethostname().partition('.')[0]}".strip()


class OscQueryInput(InputBase):
    """OSCQuery.

    Parameters
    ----------
    host : OscQueryHost
        The session.
    address : (str, int)
        Where to listen.
    osc : (str, int) or None
        Where OSC over UDP listens; its port may be 0.
    name : str, optional
        Name that is shown to people.
    is_announced : bool
        Whether it is announced on the network.
    may_jump : bool
        Whether `jump` is accepted.
    allowed_origins : frozenset of str
        Origins of web pages that may ask.
    allowed : Networks
        From where questions and OSC are accepted.
    trust : Trust
        The token that clients have to say, and the certificates.
    """

    name = "oscquery"

    def __init__(
        self,
        host: OscQueryHost,
        address: Address,
        osc: Address | None,
        *,
        name: str | None = None,
        is_announced: bool = True,
        may_jump: bool = False,
        allowed_origins: frozenset[str] = frozenset(),
        allowed: Networks = EVERYWHERE,
        trust: Trust = EVERYBODY,
    ) -> None:
        super().__init__(host)
        self._query_host, self._address, self._osc, self._tls = host, address, osc, trust.tls
        self._may_jump, self._is_announced = may_jump, is_announced
        self.shown_name = name or usual_name()
        self._guard = guard = HttpGuard(address[0], allowed_origins, trust)
        space = self._space(host.performance.preset, host.checker)
        self.server = QueryServer(host, space, self._host_info, guard, allowed)

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Listen, and announce it, until the stack is unwound."""
        try:
            self.port = await serve(self.server.application(), self._address, stack, self._tls)
        except OSError as error:
            raise port_taken("OSCQuery", "--oscquery", self._address, error) from error
        stack.callback(self.server.close)
        if self._address[0] in ALL_ADDRESSES and self._osc is not None and self._osc[0] in LOCAL_NAMES:
            text = "OSCQuery is reached from other machines, OSC is not: --osc 0.0.0.0:PORT opens it to them"
            self.host.complain(text)
        if self._is_announced:
            self._announce(stack)

    def follow(self) -> None:
        """Tell clients of values that have changed."""
        self.server.follow()

    def renew(self, preset: Preset, checker: Checker) -> None:
        """Show the names of another preset, or of an edited one."""
        self.server.use(self._space(preset, checker))

    def _space(self, preset: Preset, checker: Checker) -> AddressSpace:
        channels = self._query_host.performance.engine.spec.channels
        presets = self._query_host.presets
        return AddressSpace(methods_of(preset, checker, presets, channels, may_jump=self._may_jump), LABELS)

    def _host_info(self) -> dict[str, Any]:
        """HOST_INFO without its extensions; an address is told only if it is not that of the port."""
        info: dict[str, Any] = {"NAME": self.shown_name}
        osc_port = self._query_host.status.ports.get("osc")
        if self._osc is not None and osc_port:
            info |= {"OSC_PORT": osc_port, "OSC_TRANSPORT": "UDP"}
            if self._osc[0] not in {*ALL_ADDRESSES, self._address[0]}:
                info["OSC_IP"] = self._osc[0]
        return info | {"WS_PORT": self.port}

    def _announce(self, stack: contextlib.AsyncExitStack) -> None:
        library = find_zeroconf()
        if library is None:
            self.host.complain(HOW_TO_INSTALL)
            return
        osc_host = "" if self._osc is None else self._osc[0]
        osc_port = self._query_host.status.ports.get("osc", 0)
        announced = Announced(self.shown_name, self._address[0], self.port, osc_host, osc_port)
        loop = asyncio.get_running_loop()
        announcer = Announcer(library, announced, _from_thread(loop, self.host.complain), self._guard.names)
        announcer.start()
        stack.callback(announcer.close)


def _from_thread(loop: asyncio.AbstractEventLoop, tell: Callable[[str], None]) -> Callable[[str], None]:
    """A function that another thread may call."""

    def call(sentence: str) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, sentence)

    return call
