"""OSC through the compiled OSC receiver: it sets plain parameters itself, and forwards all else to Python."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import Mapping

from adaptive.engine.engine import Engine
from adaptive.engine.osc_receiver import OscReceiver, ReceiverRule
from adaptive.errors import OscError
from adaptive.inputs.message import Checker
from adaptive.inputs.osc import ROOT, OscServer
from adaptive.inputs.osc_pattern import is_pattern, pattern_of
from adaptive.inputs.reading_source import arguments_of
from adaptive.preset.model import Preset
from adaptive.preset.readings import NoReadings

IS_POSSIBLE = sys.platform != "win32"
"""Whether this system has sockets that are file descriptors, which the receiver needs."""

MOST_PACKETS_AT_ONCE = 32
"""Forwarded packets that Python reads before the event loop runs again; they take a millisecond or two."""

RECEIVE_BUFFER_BYTES = 1 << 20
REPORT_EVERY_S = 60.0
"""Time between two reports of lost packets."""


def receiver_rules(
    preset: Preset, checker: Checker, index_of: Mapping[str, int]
) -> dict[bytes, tuple[ReceiverRule, ...]]:
    """Addresses that set only parameters, and how they do, equal to what `OscReader` does.

    Parameters and inputs with `ignore` are left to Python, and so are parameters with several sources, and
    addresses that a pattern of an input matches.

    Parameters
    ----------
    preset : Preset
        Declares the `[[inputs]]`.
    checker : Checker
        Knows the parameters that may be set, and their ranges.
    index_of : Mapping
        Row of each parameter in the engine.
    """
    known = {
        name: bounds
        for name, bounds in checker.parameters.items()
        if name in index_of and not checker.no_readings[name] and name not in checker.arbitrated
    }
    rules: dict[bytes, tuple[ReceiverRule, ...]] = {
        f"{ROOT}parameter/{name}".encode(): (ReceiverRule(index_of[name], *bounds),)
        for name, bounds in known.items()
    }
    mapped: dict[str, list[ReceiverRule] | None] = {}
    patterns = []
    for table in preset.file.inputs:
        if table.osc is None:
            continue
        if is_pattern(table.osc):
            patterns.append(table.osc)
            continue
        so_far = mapped.setdefault(table.osc, [])
        is_plain = table.factor is None and not NoReadings(table.ignore)
        if table.parameter not in known or so_far is None or not is_plain:
            mapped[table.osc] = (
                None  # it also sets a state, fires an event, has a factor, or numbers to ignore
            )
            continue
        so_far += [
            ReceiverRule(
                index_of[table.parameter], *known[table.parameter], argument,
                table.input_range, table.output_range or (0.0, 1.0),
            )
            for argument in arguments_of(table)
        ]  # fmt: skip
    for osc, found in mapped.items():
        rules.pop(osc.encode(), None)
        if found:
            rules[osc.encode()] = tuple(found)
    for text in patterns:
        with contextlib.suppress(OscError):
            pattern = pattern_of(text)
            for address in [one for one in rules if pattern.matches(one.decode())]:
                del rules[address]
    return rules


class ReceivedOsc:
    """A socket, the OSC receiver that reads it, and the server that gets the forwarded packets.

    Parameters
    ----------
    listening : socket
        A bound datagram socket.
    server : OscServer
        Reads the forwarded packets.
    """

    def __init__(self, listening: socket.socket, server: OscServer) -> None:
        self._socket, self._server = listening, server
        self._wake_in, self._wake_out = socket.socketpair()
        for end in (self._wake_in, self._wake_out):
            end.setblocking(False)
        self.receiver = OscReceiver(listening.fileno(), self._wake_out.fileno())
        self._is_scheduled = False
        self._lost, self._reported_at, self._is_breakage_reported = 0, -REPORT_EVERY_S, False

    def start(self) -> None:
        """Start.  Call it in the event loop that is to be woken."""
        asyncio.get_running_loop().add_reader(self._wake_in, self._woken)
        self.receiver.start()

    def use_rules(
        self, preset: Preset, checker: Checker, index_of: Mapping[str, int], engine: Engine
    ) -> None:
        """Accept the names of a preset, and set the parameters of an engine."""
        self.receiver.use_rules(receiver_rules(preset, checker, index_of), engine)

    def take(self) -> None:
        """Read forwarded packets; if there are more, schedule another call."""
        self._is_scheduled, count = False, 0
        for packet in self.receiver.forwarded(MOST_PACKETS_AT_ONCE):
            count += 1
            sender = packet.sender
            self._server.take(packet.packet, host_of(sender), packet.arrival, address_of(sender))
        if count == MOST_PACKETS_AT_ONCE:
            self._schedule_take()

    def _schedule_take(self) -> None:
        """Schedule a call of `take`, unless one is scheduled."""
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self.take)

    def trouble(self) -> str:
        """One sentence about problems since the last call, at most once a minute; otherwise empty."""
        lost, now = self.receiver.lost, time.monotonic()
        if self.receiver.is_broken and not self._is_breakage_reported:
            self._is_breakage_reported = True
            return "OSC cannot be received any more: its socket is broken"
        if lost == self._lost or now - self._reported_at < REPORT_EVERY_S:
            return ""
        dropped, self._lost, self._reported_at = lost - self._lost, lost, now
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
        self._schedule_take()


async def bind(host: str, port: int) -> socket.socket:
    """Bind a datagram socket to an address, which may be a host name.

    Raises
    ------
    OSError
        The address is in use, or is not an address of this machine.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    refused: OSError | None = None
    for family, kind, protocol, _name, at in found:
        try:
            listening = socket.socket(family, kind, protocol)
        except OSError as error:  # the system does not support the address family
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
    """Numeric address in a ``sockaddr`` structure."""
    # BSD systems store the length of the structure before the family
    family = sender[1] if sys.platform == "darwin" else int.from_bytes(sender[:2], sys.byteorder)
    if family == socket.AF_INET and len(sender) >= 8:
        return socket.inet_ntop(socket.AF_INET, sender[4:8])
    if family == socket.AF_INET6 and len(sender) >= 24:
        return socket.inet_ntop(socket.AF_INET6, sender[8:24])
    return "somewhere"


def address_of(sender: bytes) -> tuple[str, int] | tuple[str, int, int, int] | None:
    """Address and port in a ``sockaddr`` structure, as a socket sends to; None: of another family."""
    family = sender[1] if sys.platform == "darwin" else int.from_bytes(sender[:2], sys.byteorder)
    port = int.from_bytes(sender[2:4], "big")
    if family == socket.AF_INET and len(sender) >= 8:
        return host_of(sender), port
    if family == socket.AF_INET6 and len(sender) >= 28:
        return host_of(sender), port, 0, int.from_bytes(sender[24:28], sys.byteorder)
    return None
