"""Clients of OSC over UDP: they get receipts at the port that they send from, and may send again.

UDP loses, doubles and reorders packets.  A client that gives a request an id sends it again until it is
answered; the request acts once, and each copy is answered with the latest status.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from adaptive.errors import OscError
from adaptive.inputs.osc_codec import encode_message

RECEIPT = "/adaptive/receipt"

MOST_PEERS = 256
"""Clients that are remembered; of more, the one that has been silent longest is forgotten."""

MOST_IDS = 4096
"""Ids of a client that are remembered."""

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
        Receipts alone.
    sender : None
        Its clamped values are reported by the OSC server.
    """

    topics = frozenset({"receipt"})
    sender = None

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_packet = send
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
        """Send a receipt; other messages have no form in OSC."""
        message_id, status = document.get("receipt"), document.get("status")
        if isinstance(message_id, str) and isinstance(status, str):
            if message_id in self._status:
                self._status[message_id] = status
            self._answer(message_id, status)

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
    """

    def __init__(self, send: Callable[[bytes, Any], None]) -> None:
        self._send = send
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
