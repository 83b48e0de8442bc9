"""The program itself as a client of its session: the same messages as over a socket, without a socket."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from adaptive.api.callbacks import Callbacks
from adaptive.api.events import Beat, SectionChange, SoundedNote
from adaptive.api.message_receipts import MessageReceipts
from adaptive.inputs.lines import Connection, ConnectionHost, ToldMessage

LOCAL_TOPICS = frozenset({"receipt", "beat", "section", "log"})
"""What it subscribes to.  ``log``, every line of the decision log, is not told over sockets."""


class LocalClient(Connection):
    """A connection that turns what it is sent into receipts and callbacks.

    Parameters
    ----------
    host : ConnectionHost
        The session.
    callbacks : Callbacks
        What the program listens to.
    """

    def __init__(self, host: ConnectionHost, callbacks: Callbacks) -> None:
        super().__init__(host, "this program")
        self.topics = LOCAL_TOPICS
        self._callbacks = callbacks
        self._receipts: dict[str, MessageReceipts] = {}
        self._ids = itertools.count(1)

    def expect(self, receipts: MessageReceipts) -> str:
        """An id for a message whose receipts these are."""
        message_id = f"python {next(self._ids)}"
        self._receipts[message_id] = receipts
        return message_id

    def send(self, document: dict[str, Any]) -> None:
        """Take what the session tells; called in its thread."""
        if "receipt" in document:
            self._take_receipt(document)
        elif "beat" in document:
            self._take_beat(document["beat"])
        elif "section" in document:
            self._take_section(document["section"])
        elif "log" in document:
            self._take_line(document["log"])

    def hear(self, told: ToldMessage) -> None:
        """Take what the session tells to all who subscribe."""
        self.send(told.document)

    def end(self, reason: str) -> None:
        """The session has ended: whoever waits for a receipt gets a last one."""
        for receipts in list(self._receipts.values()):
            receipts.end(reason)
        self._receipts.clear()

    def _take_receipt(self, document: dict[str, Any]) -> None:
        receipts = self._receipts.get(document["receipt"])
        if receipts is None:
            return
        receipts.add(document)
        if receipts.is_done:
            del self._receipts[document["receipt"]]

    def _take_beat(self, told: Mapping[str, Any]) -> None:
        beat = Beat.of(told)
        self._callbacks.call("beat", beat)
        if beat.beat == 1:
            self._callbacks.call("bar", beat)

    def _take_section(self, told: Mapping[str, Any]) -> None:
        if told.get("status") == "plays":
            change = SectionChange(
                told["target"], told["source"], told["position"], told["frame"], told["heard_frame"]
            )
            self._callbacks.call("section", change)

    def _take_line(self, line: Mapping[str, Any]) -> None:
        self._callbacks.call("log", line)
        if line["kind"] == "note" and self._callbacks.has("note"):
            self._callbacks.call("note", SoundedNote.of(line))
