"""Receipts: which client asked, under which id, and what it is told."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from adaptive.conductor.messages import FireEvent, Message, Receipt, SetState
from adaptive.inputs.lines import Connection
from adaptive.session.joint_receipts import TERMINAL, JointReceipts


class Receipts:
    """Sends the receipts of messages to the connections that they came from.

    Parameters
    ----------
    heard : callable
        From a frame of the timeline to the frame at which it reaches the speaker.
    """

    def __init__(self, heard: Callable[[int], int]) -> None:
        self._heard = heard
        self._open: dict[str, tuple[Connection, str]] = {}
        self._joint: dict[tuple[Connection, str], JointReceipts] = {}
        self._own_ids = itertools.count()

    def __len__(self) -> int:
        return len(self._open)

    def join(self, requests: Iterable[object], connection: Connection | None) -> None:
        """Join the receipts of states and events of one message that share an id."""
        if connection is None:
            return
        ids = Counter(one.id for one in requests if isinstance(one, SetState | FireEvent))
        for message_id, count in ids.items():
            if message_id is None or count < 2:
                continue
            key = (connection, message_id)
            if key in self._joint:
                self._joint[key].add(count)
            else:
                self._joint[key] = JointReceipts(count)

    def send_joint(self) -> None:
        """Send what joined requests have been told since the last call."""
        for key in list(self._joint):
            joint = self._joint[key]
            for document in joint.take():
                key[0].send(document)
            if joint.is_done:
                del self._joint[key]

    def _send(self, document: dict[str, Any], connection: Connection) -> None:
        joint = self._joint.get((connection, document["receipt"])) if self._joint else None
        if joint is None:
            connection.send(document)
        else:
            joint.keep(document)

    def with_own_id(self, message: Message, connection: Connection | None) -> Message:
        """A message with an id of the session's own, because two clients may use the same one."""
        if message.id is None:
            return message
        own = f"{next(self._own_ids)}"
        if connection is not None:
            self._open[own] = (connection, message.id)
        return replace(message, id=own)

    def send(self, receipt: Receipt) -> None:
        """Send a receipt of the conductor to the client that asked."""
        known = self._open.get(receipt.id)
        if known is None:
            return
        connection, message_id = known
        if receipt.status in TERMINAL:
            del self._open[receipt.id]
        document: dict[str, Any] = {
            "receipt": message_id, "status": receipt.status, "reason": receipt.reason,
            "rule": receipt.rule or None,
        }  # fmt: skip
        if receipt.frame is not None:
            document["sounds_at"] = {
                "frame": receipt.frame, "heard_frame": self._heard(receipt.frame),
                "position": receipt.position,
            }  # fmt: skip
        self._send(document, connection)

    def acknowledge(
        self, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Write a receipt for a request that the session answers itself, if it has an id."""
        if message_id is not None and connection is not None:
            document = {"receipt": message_id, "status": status, "reason": reason, "rule": None}
            self._send(document, connection)

    def forget(self, connection: Connection) -> None:
        """Forget what a connection that has ended waits for."""
        self._open = {own: waiting for own, waiting in self._open.items() if waiting[0] is not connection}
        self._joint = {key: joint for key, joint in self._joint.items() if key[0] is not connection}

    def take_open(self, owns: Collection[str | None]) -> frozenset[str]:
        """Send no more receipts for messages with these ids of our own; return those that waited for one."""
        waited = frozenset(own for own in owns if own in self._open)
        self._open = {own: waiting for own, waiting in self._open.items() if own not in waited}
        return waited

    def drop_all(self, reason: str) -> None:
        """Tell everybody who waits that the message was dropped."""
        for connection, message_id in self._open.values():
            self.acknowledge(message_id, connection, "dropped", reason)
        self._open.clear()
