"""OSC through the fast lane: plain parameters never wait for Python, everything else comes here in order."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import Mapping

from adaptive.engine.engine import Engine
from adaptive.engine.osc_receiver import OscReceiver, ReceiverRule
from adaptive.inputs.message import Checker
from adaptive.inputs.osc import ROOT, OscServer
from adaptive.preset.model import Preset

IS_POSSIBLE = sys.platform != "win32"
"""Whether sockets are files here, which the lane reads from."""

MOST_A_TURN = 32
"""Packets that are understood in Python, in a millisecond or two, before the loop sees to others."""

RECEIVE_BUFFER_BYTES = 1 << 20
TELL_EVERY_S = 1.0


def receiver_rules(
    preset: Preset, checker: Checker, index_of: Mapping[str, int]
) -> dict[bytes, tuple[ReceiverRule, ...]]:
    """Which addresses set nothing but parameters, and how: as `OscReader` has it.

    Parameters
    ----------
    preset : Preset
        Has the `[[inputs]]`.
    checker : Checker
        Knows the parameters that may be set, and their ranges.
    index_of : Mapping
        Parameter to its row in the engine.
    """
    known = {name: bounds for name, bounds in checker.parameters.items() if name in index_of}
    rules: dict[bytes, tuple[ReceiverRule, ...]] = {
        f"{ROOT}parameter/{name}".encode(): (ReceiverRule(index_of[name], *bounds),)
        for name, bounds in known.items()
    }
    mapped: dict[str, list[ReceiverRule] | None] = {}
    for table in preset.file.inputs:
        so_far = mapped.setdefault(table.osc, [])
        if table.parameter not in known or so_far is None:
            mapped[table.osc] = None  # a state or an event is among it
            continue
        so_far.append(
            ReceiverRule(
                index_of[table.parameter], *known[table.parameter], table.argument,
                table.input_range, table.output_range or (0.0, 1.0),
            )
        )  # fmt: skip
    for osc, found in mapped.items():
        rules.pop(osc.encode(), None)
        if found:
            rules[osc.encode()] = tuple(found)
    return rules


class ReceivedOsc:
    """A socket, a lane that reads it, and the way from there to a server.

    Parameters
    ----------
    listening : socket
        Bound, for datagrams.
    server : OscServer
        Takes what the lane hands on.
    """

    def __init__(self, listening: socket.socket, server: OscServer) -> None:
        self._socket, self._server = listening, server
        self._wake_in, self._wake_out = socket.socketpair()
        for end in (self._wake_in, self._wake_out):
            end.setblocking(False)
        self.receiver = OscReceiver(listening.fileno(), self._wake_out.fileno())
        self._is_at_it = False
        self._lost, self._told_at, self._is_broken_told = 0, 0.0, False

    def start(self) -> None:
        """Begin; call in the loop that is to be woken."""
        asyncio.get_running_loop().add_reader(self._wake_in, self._woken)
        self.receiver.start()

    def understand(
        self, preset: Preset, checker: Checker, index_of: Mapping[str, int], engine: Engine
    ) -> None:
        """Answer to the names of a preset, and set parameters of this engine."""
        self.receiver.understand(receiver_rules(preset, checker, index_of), engine)

    def take(self) -> None:
        """Understand what was handed on; where there is more, in the loop's next turn."""
        self._is_at_it, count = False, 0
        for packet in self.receiver.forwarded(MOST_A_TURN):
            count += 1
            self._server.take(packet.packet, host_of(packet.sender), packet.arrival)
        if count == MOST_A_TURN:
            self._go_on()

    def _go_on(self) -> None:
        """Look for more in the next turn: once, however often the lane calls."""
        if not self._is_at_it:
            self._is_at_it = True
            asyncio.get_running_loop().call_soon(self.take)

    def trouble(self) -> str:
        """What has gone wrong since it was asked last, in one sentence, once a second at most; or nothing."""
        lost, now = self.receiver.lost, time.monotonic()
        if self.receiver.is_broken and not self._is_broken_told:
            self._is_broken_told = True
            return "OSC cannot be received any more: its socket is broken"
        if lost == self._lost or now - self._told_at < TELL_EVERY_S:
            return ""
        dropped, self._lost, self._told_at = lost - self._lost, lost, now
        return f"OSC: {dropped} packets were dropped: they came faster than they could be understood"

    def close(self) -> None:
        """Stop, and close the socket."""
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            asyncio.get_running_loop().remove_reader(self._wake_in)
        if self.receiver.stop():
            for end in (self._socket, self._wake_in, self._wake_out):
                end.close()

    def _woken(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while len(self._wake_in.recv(4096)) == 4096:
                pass
        self._go_on()


async def bind(host: str, port: int) -> socket.socket:
    """A socket for datagrams at an address, which may be a name.

    Raises
    ------
    OSError
        The address is taken, or is none of this machine.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    refused: OSError | None = None
    for family, kind, protocol, _name, at in found:
        try:
            listening = socket.socket(family, kind, protocol)
        except OSError as error:  # this machine does not speak the family
            refused = error
            continue
        try:
            listening.setblocking(False)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            listening.bind(at)
        except OSError as error:
            listening.close()
            refused = error
        else:
            return listening
    raise refused or OSError(f"{host} is no address")


def host_of(sender: bytes) -> str:
    """Address of a sender, of what the system calls a ``sockaddr``."""
    # BSD has the structure's length in front of the family
    family = sender[1] if sys.platform == "darwin" else int.from_bytes(sender[:2], sys.byteorder)
    if family == socket.AF_INET and len(sender) >= 8:
        return socket.inet_ntop(socket.AF_INET, sender[4:8])
    if family == socket.AF_INET6 and len(sender) >= 24:
        return socket.inet_ntop(socket.AF_INET6, sender[8:24])
    return "somewhere"
