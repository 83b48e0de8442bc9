"""The TCP input of a session: JSON, one message a line, or OSC, told apart by the first byte."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable

from adaptive.inputs.input import Address, InputBase, InputHost, port_taken
from adaptive.inputs.lines import LONGEST_MESSAGE, TcpServer
from adaptive.inputs.message import Checker, Transaction
from adaptive.inputs.osc import OscReader, OscServer
from adaptive.inputs.osc_peers import OscPeer, OscPeers
from adaptive.inputs.osc_tcp import OscConnections, framing_of
from adaptive.inputs.trust import EVERYBODY, Trust
from adaptive.preset.model import Preset
from adaptive.site.addresses import EVERYWHERE, Networks


class TcpInput(InputBase):
    """JSON lines and OSC over TCP.

    Parameters
    ----------
    host : InputHost
        The session.
    address : (str, int)
        Where to listen.
    allowed : Networks
        Where OSC is accepted from.
    trust : Trust
        The token that clients have to say, and the certificates.
    """

    name = "tcp"

    def __init__(
        self,
        host: InputHost,
        address: Address,
        allowed: Networks = EVERYWHERE,
        trust: Trust = EVERYBODY,
    ) -> None:
        super().__init__(host)
        self._address, self._allowed, self._trust = address, allowed, trust
        self._osc = OscConnections(self._osc_server, lambda sentence: host.complain(sentence), trust)

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Listen, until the stack is unwound."""
        serve = TcpServer(self.host, self, self._trust).serve
        try:
            server = await asyncio.start_server(
                serve, *self._address, limit=LONGEST_MESSAGE, ssl=self._trust.tls
            )
        except OSError as error:
            raise port_taken("TCP", "--tcp", self._address, error) from error
        stack.callback(server.close)
        self.port = server.sockets[0].getsockname()[1]

    def renew(self, preset: Preset, checker: Checker) -> None:
        """Read the names of another preset."""
        for server in self._osc.servers:
            server.reader = OscReader(preset, checker)

    async def take(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve a client that speaks OSC; whether it does."""
        framing = framing_of(first[0])
        if framing is None:
            return False
        peer = writer.get_extra_info("peername") or ("?",)
        if peer[0] not in self._allowed:
            self.host.complain(f"OSC from {peer[0]} over TCP: is not in a network that the site allows")
            return True
        await self._osc.serve(framing, first, reader, writer)
        return True

    def _osc_server(self, send: Callable[[bytes], None]) -> OscServer:
        reader = OscReader(self.host.performance.preset, self.host.checker)
        peers = OscPeers(lambda packet, _address: send(packet), self.host, math.inf)
        return OscServer(reader, self._receive, self.host.complain, peers)

    def _receive(self, transaction: Transaction, arrival: int | None, peer: OscPeer | None = None) -> None:
        self.host.receive(transaction, peer, arrival)
