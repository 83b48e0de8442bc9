"""OSC over TCP: packets framed by SLIP (RFC 1055, as in OSC 1.1) or by their length (OSC 1.0).

The first byte of a connection tells them from JSON lines: 0xC0, ``/`` or ``#`` begin SLIP, 0x00 a length,
which is below 2²⁴.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol

from adaptive.errors import OscError
from adaptive.inputs.osc import OscServer
from adaptive.inputs.osc_codec import MAX_PACKET_BYTES, OscMessage, decode
from adaptive.inputs.trust import EVERYBODY, REFUSED_S, Trust

END, ESCAPE, ESCAPED_END, ESCAPED_ESCAPE = 0xC0, 0xDB, 0xDC, 0xDD

SLIP_STARTS = frozenset({END, ord("/"), ord("#")})
LENGTH_START = 0x00

TOKEN_ADDRESS = "/adaptive/token"
"""The first message of a client to an engine that wants a token; its argument is the token."""

PACKETS_BEFORE_PAUSE, PAUSE_S = 64, 0.004
"""Packets of one connection before a pause in which others are served."""


class Framing(Protocol):
    """How packets are told apart in a stream."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the packets that are complete.

        Raises
        ------
        OscError
            A packet is longer than any may be: the stream cannot be read any further.
        """

    def frame(self, packet: bytes) -> bytes:
        """A packet as it is sent."""


class SlipFraming:
    """Packets between END bytes.

    Examples
    --------
    >>> framing = SlipFraming()
    >>> [packet.hex() for packet in framing.feed(framing.frame(bytes([1, 0xC0, 0xDB])))]
    ['01c0db']
    """

    def __init__(self) -> None:
        self._packet = bytearray()
        self._is_escaped = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the packets that are complete; an END between two packets is none."""
        for byte in data:
            if byte == END:
                if self._packet:
                    yield bytes(self._packet)
                    self._packet.clear()
                self._is_escaped = False
            elif self._is_escaped:
                self._is_escaped = False
                self._packet.append({ESCAPED_END: END, ESCAPED_ESCAPE: ESCAPE}.get(byte, byte))
            elif byte == ESCAPE:
                self._is_escaped = True
            else:
                self._packet.append(byte)
            if len(self._packet) > MAX_PACKET_BYTES:
                raise _too_long()

    def frame(self, packet: bytes) -> bytes:
        """The packet between two END bytes."""
        escaped = packet.replace(bytes([ESCAPE]), bytes([ESCAPE, ESCAPED_ESCAPE]))
        escaped = escaped.replace(bytes([END]), bytes([ESCAPE, ESCAPED_END]))
        return bytes([END]) + escaped + bytes([END])


class LengthFraming:
    """Packets after their length, four bytes, the highest first.

    Examples
    --------
    >>> framing = LengthFraming()
    >>> list(framing.feed(framing.frame(b"ab") + framing.frame(b"c")[:3]))
    [b'ab']
    """

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the packets that are complete."""
        self._waiting += data
        while len(self._waiting) >= 4:
            size = int.from_bytes(self._waiting[:4], "big")
            if size > MAX_PACKET_BYTES:
                raise _too_long()
            if len(self._waiting) < 4 + size:
                return
            packet = bytes(self._waiting[4 : 4 + size])
            del self._waiting[: 4 + size]
            if packet:
                yield packet

    def frame(self, packet: bytes) -> bytes:
        """The packet behind its length."""
        return len(packet).to_bytes(4, "big") + packet


def framing_of(first: int) -> Framing | None:
    """The framing that a first byte tells; None: it is no OSC.

    Examples
    --------
    >>> framing_of(ord("{")) is None, type(framing_of(0)).__name__
    (True, 'LengthFraming')
    """
    if first in SLIP_STARTS:
        return SlipFraming()
    return LengthFraming() if first == LENGTH_START else None


class OscConnections:
    """Serves the OSC clients of a TCP port.

    Parameters
    ----------
    make_server : callable
        Makes the server of one client from the function that sends to it.
    report : callable
        Is given a sentence about a client whose stream cannot be read.
    trust : Trust
        The token that the first message has to say.
    """

    def __init__(
        self,
        make_server: Callable[[Callable[[bytes], None]], OscServer],
        report: Callable[[str], None],
        trust: Trust = EVERYBODY,
    ) -> None:
        self._make_server, self._report, self._trust = make_server, report, trust
        self.servers: set[OscServer] = set()

    async def serve(
        self, framing: Framing, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve a client until it ends; `first` is what was read of it already."""
        peer = writer.get_extra_info("peername") or ("?",)

        def send(packet: bytes) -> None:
            # a client that does not read its answers loses them
            if not writer.is_closing() and writer.transport.get_write_buffer_size() < MAX_PACKET_BYTES:
                writer.write(framing.frame(packet))

        server = self._make_server(send)
        self.servers.add(server)
        taken, data = 0, first
        is_trusted = not self._trust.has_token
        try:
            while data:
                for packet in framing.feed(data):
                    if not is_trusted:
                        is_trusted = self._trust.accepts(token_in(packet))
                        if is_trusted:
                            continue
                        await asyncio.sleep(REFUSED_S)  # a token is not guessed
                        text = f"did not say the token first, as {TOKEN_ADDRESS}: good-bye"
                        self._report(f"OSC from {peer[0]} over TCP: {text}")
                        return
                    server.take(packet, f"{peer[0]} over TCP", None, "tcp")
                    taken += 1
                    if taken % PACKETS_BEFORE_PAUSE == 0:
                        await asyncio.sleep(PAUSE_S)
                data = await reader.read(4096)
        except OscError as error:
            self._report(f"OSC from {peer[0]} over TCP: {error}: good-bye")
        finally:
            self.servers.discard(server)
            server.close()


def token_in(packet: bytes) -> str | None:
    """The token that a packet says; None: it says none."""
    with contextlib.suppress(OscError):
        found = decode(packet)
        if isinstance(found, OscMessage) and found.address == TOKEN_ADDRESS and len(found.arguments) == 1:
            said = found.arguments[0]
            return said if isinstance(said, str) else None
    return None


def _too_long() -> OscError:
    return OscError(f"a packet is longer than {MAX_PACKET_BYTES} bytes")
