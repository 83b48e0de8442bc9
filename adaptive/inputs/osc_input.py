"""The OSC input of a session: a socket that is read by the compiled OSC receiver, or by Python."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

from adaptive.inputs.input import Address, InputBase, InputHost, port_taken
from adaptive.inputs.known_faults import KnownFaults
from adaptive.inputs.message import Checker, Transaction
from adaptive.inputs.osc import OscReader, OscServer
from adaptive.inputs.osc_peers import OscPeer, OscPeers
from adaptive.inputs.osc_receiver import IS_POSSIBLE, ReceivedOsc, bind
from adaptive.preset.model import Preset
from adaptive.site.addresses import EVERYWHERE, Networks


class OscInput(InputBase):
    """OSC over UDP.

    Parameters
    ----------
    host : InputHost
        The session.
    address : (str, int)
        Where to listen.
    is_plain : bool
        Whether Python reads everything, instead of the OSC receiver's thread.
    allowed : Networks
        Where packets are accepted from.  If not from everywhere, Python reads everything: the receiver's
        thread does not look at senders.

    Attributes
    ----------
    server : OscServer
        Reads the packets that are left to Python.
    """

    name = "osc"

    def __init__(
        self,
        host: InputHost,
        address: Address,
        *,
        is_plain: bool = False,
        allowed: Networks = EVERYWHERE,
    ) -> None:
        super().__init__(host)
        self._address, self._is_plain = address, is_plain or bool(allowed)
        reader = OscReader(host.performance.preset, host.checker)
        self._socket: socket.socket | None = None
        self._peers = OscPeers(self._send, host)
        self.server = OscServer(reader, self._receive, host.complain, self._peers, allowed)
        self._transport: asyncio.DatagramTransport | None = None
        self._receiver: ReceivedOsc | None = None
        self._receiver_layout: object = None

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Bind the socket and begin to read it."""
        stack.callback(self._peers.close)
        try:
            listening = await bind(*self._address)
            self.port = listening.getsockname()[1]
            self._socket = listening
            if IS_POSSIBLE and not self._is_plain:
                self._receiver = ReceivedOsc(listening, self.server)
                self._update_receiver()
                self._receiver.start()
                stack.callback(self._receiver.close)
                return
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(lambda: self.server, sock=listening)
            stack.callback(self._transport.close)
        except OSError as error:
            raise port_taken("OSC", "--osc", self._address, error) from error

    def follow(self) -> None:
        """Give the receiver the names of the preset that plays; report packets that it has lost."""
        self._update_receiver()
        self._peers.follow()
        trouble = "" if self._receiver is None else self._receiver.trouble()
        if trouble:
            performance = self.host.performance
            performance.conductor.playback.log_line("health", performance.frame, trouble)
            self.host.complain(trouble)

    def renew(self, preset: Preset, checker: Checker) -> None:
        """Read the names of another preset."""
        self.server.reader = OscReader(preset, checker)
        self._update_receiver()

    def faults(self) -> KnownFaults | None:
        """What was wrong with packets."""
        return self.server.faults

    def _receive(self, transaction: Transaction, arrival: int | None, peer: OscPeer | None = None) -> None:
        self.host.receive(transaction, peer, arrival)

    def _send(self, packet: bytes, address: Any) -> None:
        """Answer a client; what the system cannot send now is lost, as UDP may lose it on its way."""
        if self._transport is not None:
            self._transport.sendto(packet, address)
        elif self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(packet, address)

    def _update_receiver(self) -> None:
        """Give the OSC receiver the names of the preset that plays now."""
        performance = self.host.performance
        if self._receiver is None or performance.layout is self._receiver_layout:
            return
        self._receiver_layout = performance.layout
        checker = Checker(performance.preset)
        self._receiver.use_rules(
            performance.preset, checker, performance.layout.parameters, performance.engine
        )
