"""A client of OSCQuery at the WebSocket: what it listens to, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from adaptive.errors import OscError, ProtocolError
from adaptive.inputs.json_text import parse_json
from adaptive.inputs.known_faults import KnownFaults
from adaptive.inputs.lines import FAULTS_S, MOST_FAULTS, ToldMessage
from adaptive.inputs.osc_codec import OscValue, decode, encode_message, flatten
from adaptive.inputs.osc_subscriber import OscSubscriber
from adaptive.inputs.shown import shown
from adaptive.session.oscquery.address_space import AddressSpace, Value
from adaptive.session.oscquery.methods import ROOT

HEARD_TOPICS = ("bar", "beat", "section", "harmony")
"""Topics of a session that tell of an address when it is heard; every other value is looked at."""

TOPIC_OF = {f"{ROOT}/{topic}": topic for topic in HEARD_TOPICS}

QUIET_S = 0.25
"""A client is not told so soon of a value that it has sent itself: it would hear of older ones, too."""

MOST_NOTICES = 256
"""Messages about the tree that wait for a slow client; instead of more, one says that all has changed."""

EVERYTHING_CHANGED = {"COMMAND": "PATH_CHANGED", "DATA": "/"}

PutText = Callable[[str], Awaitable[None]]
PutBytes = Callable[[bytes], Awaitable[None]]


class ClientHost(Protocol):
    """The part of a session that a client uses."""

    performance: Any
    client_times: Any

    def report(self, sender: str, sentence: str) -> None:
        """Tell the user of a fault in what a client sends, the first time."""


class _Unheard:
    """All addresses but those that a client listens to."""

    def __init__(self, client: QueryClient) -> None:
        self._client = client

    def __contains__(self, address: object) -> bool:
        return address not in self._client.listened


class QueryClient:
    """One client.  A slow one loses old values, and no news of the tree.

    Parameters
    ----------
    host : ClientHost
        The session.
    sender : str
        Its name, for messages about what it sends.
    space : AddressSpace
        The tree.
    clock : callable
        Seconds of the monotonic clock.

    Attributes
    ----------
    topics : frozenset of str
        What it has to be told of by the session, when it is heard.
    listened : set of str
        The methods whose values it is sent.
    is_closing : bool
        Whether the connection has to be closed.
    """

    def __init__(
        self,
        host: ClientHost,
        sender: str,
        space: AddressSpace,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self.sender, self._space, self._clock = host, sender, space, clock
        self.topics: frozenset[str] = frozenset()
        self.listened: set[str] = set()
        self.is_closing = False
        self._asked: set[str] = set()  # nodes as they were asked for: what comes below them is heard, too
        self._known: dict[str, Value] = {}
        self._own: dict[str, tuple[Value, float]] = {}
        self._subscriber = OscSubscriber(host, self._queue_packet, _Unheard(self))
        self._notices: deque[str] = deque()
        self._values: dict[str, bytes] = {}
        self._answers: deque[bytes] = deque(maxlen=MOST_NOTICES)
        self._wake = asyncio.Event()
        self._faults = KnownFaults(FAULTS_S, clock)
        self._fault_times: deque[float] = deque(maxlen=MOST_FAULTS)

    # ── what it asks for ───────────────────────────────────────────────────────────────────────

    def take(self, text: str, value_of: Callable[[str], Value]) -> None:
        """Act on a command: LISTEN or IGNORE."""
        try:
            document = parse_json(text)
        except ProtocolError as error:
            self.refuse(str(error))
            return
        command = document.get("COMMAND") if isinstance(document, dict) else None
        path = document.get("DATA") if isinstance(document, dict) else None
        if command not in ("LISTEN", "IGNORE") or not isinstance(path, str):
            such = '{"COMMAND": "LISTEN", "DATA": "/adaptive/section"}'
            self.refuse(f"a command here is LISTEN or IGNORE, such as {such}, got {shown(document)}")
            return
        path = path.rstrip("/") or "/"
        if path not in self._space:
            self.refuse(f"there is no address {shown(path)}")
            return
        if command == "LISTEN":
            self._asked.add(path)
        else:
            self._asked.discard(path)
            below = {one.path for one in self._space.below(path)}
            self._asked -= below
            self._ignore(below)
            return
        self._listen(value_of)

    def _ignore(self, paths: set[str]) -> None:
        """End listening to methods, also where a node above them is listened to."""
        for asked in [one for one in self._asked if one not in self._space.methods]:
            within = {one.path for one in self._space.below(asked)}
            if within & paths:
                self._asked.discard(asked)
                self._asked |= within - paths
        self.listened -= paths
        for path in paths:
            self._values.pop(path, None)
        self._follow_topics()

    def _listen(self, value_of: Callable[[str], Value]) -> None:
        """Find the methods that are listened to; what they are now is known to the client."""
        found = {
            one.path
            for asked in self._asked
            if asked in self._space
            for one in self._space.below(asked)
            if one.can_be_read
        }
        for path in found - self.listened:
            self._known[path] = value_of(path)
        self.listened = found
        self._follow_topics()

    def _follow_topics(self) -> None:
        self.topics = frozenset(TOPIC_OF[path] for path in self.listened if path in TOPIC_OF)

    def use(
        self, space: AddressSpace, notices: list[dict[str, Any]], value_of: Callable[[str], Value]
    ) -> None:
        """Take another tree, and tell the client of it.  What it asked for, and has gone, may come back."""
        self._space = space
        self._listen(value_of)
        if len(self._notices) + len(notices) > MOST_NOTICES:
            self._notices.clear()
            notices = [EVERYTHING_CHANGED]
        self._notices.extend(json.dumps(one, ensure_ascii=False) for one in notices)
        self._wake.set()

    # ── what it is told ────────────────────────────────────────────────────────────────────────

    def send(self, document: dict[str, Any]) -> None:
        """Nothing: OSCQuery has no greeting."""

    def hear(self, told: ToldMessage) -> None:
        """Send what a topic tells, when it is heard."""
        self._subscriber.tell(told.document)

    @property
    def polled(self) -> set[str]:
        """The methods whose values have to be looked at."""
        return {path for path in self.listened if path not in TOPIC_OF}

    def tell(self, path: str, value: Value) -> None:
        """Send a value that was looked at, if it is another than before."""
        if value is None or value == self._known.get(path):
            return
        own = self._own.get(path)
        if own is not None:
            if self._clock() < own[1]:
                return
            del self._own[path]
            if value == own[0]:
                self._known[path] = value
                return
        self._known[path] = value
        with contextlib.suppress(OscError):  # a text that OSC cannot hold
            self._queue_packet(encode_message(path, list(value)))

    def note_packet(self, packet: bytes) -> None:
        """The client sends a packet: what it sets is not told to it again."""
        with contextlib.suppress(OscError):
            for message in flatten(decode(packet))[1]:
                if message.address in self.listened:
                    until_s = self._clock() + QUIET_S
                    self._own[message.address] = (_as_told(message.arguments), until_s)

    def _queue_packet(self, packet: bytes) -> None:
        """Queue a message; of each address only the newest waits."""
        address = packet[: packet.index(b"\0")].decode("ascii", "replace")
        self._values[address] = packet
        self._wake.set()

    def answer(self, packet: bytes) -> None:
        """Queue an answer to what the client has sent over OSC."""
        self._answers.append(packet)
        self._wake.set()

    async def write(self, put_text: PutText, put_bytes: PutBytes) -> None:
        """Send what waits, until cancelled or until the client has gone: first the news of the tree."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._notices or self._answers or self._values:
                    if self._notices:
                        await put_text(self._notices.popleft())
                    elif self._answers:
                        await put_bytes(self._answers.popleft())
                    else:
                        await put_bytes(self._values.pop(next(iter(self._values))))

    # ── what is wrong ──────────────────────────────────────────────────────────────────────────

    def refuse(self, sentence: str) -> None:
        """Tell the user of a command that could not be read; OSCQuery has no answer to it."""
        self._host.report(self.sender, sentence)
        if self._faults.add(sentence):
            now = self._clock()
            self._fault_times.append(now)
            self.is_closing |= len(self._fault_times) == MOST_FAULTS and now - self._fault_times[0] < FAULTS_S


def _as_told(arguments: tuple[OscValue, ...]) -> Value:
    """Arguments as the value of a method has them."""
    return tuple(
        float(one) if isinstance(one, int) and not isinstance(one, bool) else one for one in arguments
    )
