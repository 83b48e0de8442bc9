"""Clients of OSC over UDP: they get receipts at the port that they send from, and may send again.

UDP loses, doubles and reorders packets.  A client that gives a request an id sends it again until it is
answered; the request acts once, and each copy is answered with the latest status.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from adaptive.errors import OscError
from adaptive.inputs.lines import ToldMessage
from adaptive.inputs.osc_codec import encode_message
from adaptive.inputs.osc_subscriber import OscSubscriber
from adaptive.inputs.subscribe import Subscribe

RECEIPT = "/adaptive/receipt"

MOST_PEERS = 256
"""Clients that are remembered; of more, the one that has been silent longest is forgotten."""

MOST_IDS = 4096
"""Ids of a client that are remembered."""

SUBSCRIBED_S = 60.0
"""A subscription over UDP ends after this time, unless the client sends it again: it may have gone."""

MOST_SUBSCRIBERS = 64

UNANSWERED = ""


class OscPeer:
    """One client; receipts are sent to it as to a connection.

    Parameters
    ----------
    send : callable
        Sends a packet to it.

    Attributes
    ----------
    topics : frozenset of str
        What it subscribes to; receipts come without.
    sender : None
        Its clamped values are reported by the OSC server.
    """

    sender = None

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_packet = send
        self.topics: frozenset[str] = frozenset()
        self.subscriber: OscSubscriber | None = None
        self.until_s = math.inf
        self._status: OrderedDict[str, str] = OrderedDict()

    def is_new(self, message_id: str) -> bool:
        """Whether an id comes for the first time; if not, it is answered again."""
        known = self._status.get(message_id)
        if known is None:
            self._status[message_id] = UNANSWERED
            if len(self._status) > MOST_IDS:
                self._status.popitem(last=False)
            return True
        if known != UNANSWERED:
            self._answer(message_id, known)
        return False

    def send(self, document: dict[str, Any]) -> None:
        """Send a receipt."""
        message_id, status = document.get("receipt"), document.get("status")
        if isinstance(message_id, str) and isinstance(status, str):
            if message_id in self._status:
                self._status[message_id] = status
            self._answer(message_id, status)

    def hear(self, told: ToldMessage) -> None:
        """Send what the client subscribes to."""
        if self.subscriber is not None:
            self.subscriber.tell(told.document)

    def _answer(self, message_id: str, status: str) -> None:
        try:
            packet = encode_message(RECEIPT, [message_id, status])
        except OscError:  # an id that OSC cannot hold has not come over OSC
            return
        self._send_packet(packet)


class OscPeers:
    """The clients by their addresses.

    Parameters
    ----------
    send : callable
        Sends a packet to an address.
    host : object, optional
        The session, for subscriptions; left out: there are none.
    lasts_s : float
        How long a subscription lasts that is not renewed.
    clock : callable
        Seconds of the monotonic clock.
    """

    def __init__(
        self,
        send: Callable[[bytes, Any], None],
        host: Any = None,
        lasts_s: float = SUBSCRIBED_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send, self._host, self._lasts_s, self._clock = send, host, lasts_s, clock
        self._subscribed: dict[Any, OscPeer] = {}
        self._peers: OrderedDict[Any, OscPeer] = OrderedDict()

    def at(self, address: Any) -> OscPeer:
        """The client at an address."""
        found = self._peers.get(address)
        if found is None:
            found = self._peers[address] = OscPeer(lambda packet: self._send(packet, address))
            if len(self._peers) > MOST_PEERS:
                self._peers.popitem(last=False)
        self._peers.move_to_end(address)
        return found

    def subscribe(self, address: Any, request: Subscribe) -> str:
        """Let a client hear topics, or renew that; return a sentence about why not, or an empty text."""
        if self._host is None:
            return "nothing can be subscribed to here"
        if request.port is not None and isinstance(address, tuple):
            address = (address[0], request.port, *address[2:])
        self._end(address)
        if not request.topics:
            return ""
        if len(self._subscribed) >= MOST_SUBSCRIBERS:
            return f"{MOST_SUBSCRIBERS} clients subscribe over OSC already"
        peer = OscPeer(lambda packet: self._send(packet, address))
        peer.topics = request.topics
        peer.subscriber = OscSubscriber(self._host, lambda packet: self._send(packet, address))
        peer.until_s = self._clock() + self._lasts_s
        self._subscribed[address] = peer
        self._host.connect(peer)
        return ""

    def follow(self) -> None:
        """End subscriptions that were not renewed."""
        if self._subscribed:
            now_s = self._clock()
            for address in [a for a, peer in self._subscribed.items() if peer.until_s < now_s]:
                self._end(address)

    def close(self) -> None:
        """End all subscriptions."""
        for address in list(self._subscribed):
            self._end(address)

    def _end(self, address: Any) -> None:
        peer = self._subscribed.pop(address, None)
        if peer is not None:
            self._host.disconnect(peer)
