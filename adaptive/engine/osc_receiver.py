"""The fast lane's memory and thread: what it understands, the ring in which it hands the rest to Python."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from adaptive.engine.engine import Engine
from adaptive.engine.memory import address, aligned
from adaptive.engine.ports import UNIT
from adaptive.kernel import osc_receiver_layout as k
from adaptive.kernel.compile import build

RING_BYTES = 1 << 20
STOPPING_S = 1.0
"""The receiver looks every 50 ms whether to stop."""


@dataclass(frozen=True, slots=True)
class ReceiverRule:
    """From one argument of an address to a parameter.

    Parameters
    ----------
    slot : int
        Row of the parameter in the engine.
    low, high : float
        Its range; a value beyond is left to Python, which says so.
    argument : int
        Which one, from 0.
    input_range, output_range : pair of float or None
        Mapped from the one to the other, clamped at the ends; None: taken as it is.
    """

    slot: int
    low: float
    high: float
    argument: int = 0
    input_range: tuple[float, float] | None = None
    output_range: tuple[float, float] = (0.0, 1.0)


class ForwardedPacket(NamedTuple):
    """A packet that was handed on: its bytes, the sender's ``sockaddr``, the number of its arrival."""

    packet: bytes
    sender: bytes
    arrival: int


class _ReceiverTable:
    """What is understood, laid out for the kernel; keeps the engine whose parameters it sets."""

    def __init__(self, rules: Mapping[bytes, Sequence[ReceiverRule]], engine: Engine) -> None:
        self.engine = engine
        size = 1 << max(4, (2 * len(rules)).bit_length())
        self.words = aligned(k.LANE_WORD, size)
        self.text = aligned(np.uint8, max(1, sum(map(len, rules))))
        self.rules = aligned(k.LANE_RULE, max(1, sum(map(len, rules.values()))))
        self.record = aligned(k.LANE_TABLE, 1)
        text_at, rule_at = 0, 0
        for word, its_rules in rules.items():
            self.text[text_at : text_at + len(word)] = np.frombuffer(word, np.uint8)
            entry = self.words[self._place(word)]
            entry["hash"], entry["text_at"], entry["text_size"] = _hash(word), text_at, len(word)
            entry["first_rule"], entry["rules"] = rule_at, len(its_rules)
            for rule in its_rules:
                _fill(self.rules[rule_at], rule)
                rule_at += 1
            text_at += len(word)
        table = self.record[0]
        table["header"] = engine.memory.header_address
        table["words"], table["word_mask"] = address(self.words), size - 1
        table["rules"], table["text"] = address(self.rules), address(self.text)

    def _place(self, word: bytes) -> int:
        place = _hash(word) & (self.words.size - 1)
        while self.words[place]["text_size"]:
            place = (place + 1) & (self.words.size - 1)
        return place


class OscReceiver:
    """Receives packets in a thread that never needs Python.

    Parameters
    ----------
    socket, wake : int
        Descriptors: of the socket packets come from, and of one that gets a byte for each packet that is
        handed on.  Both stay open until `stop` has returned.
    """

    def __init__(self, socket: int, wake: int) -> None:
        self._memory = aligned(k.RECEIVER, 1)
        self._ring = aligned(np.uint8, RING_BYTES)
        self._receiver: Any = self._memory[0]
        self._receiver["socket"], self._receiver["wake"] = socket, wake
        self._receiver["ring"], self._receiver["ring_size"] = address(self._ring), RING_BYTES
        self._tables: deque[tuple[int, _ReceiverTable]] = deque()
        units = build.addresses()
        self._publish, self._run = UNIT(units["publish"]), UNIT(units["receive"])
        self._order = UNIT(units["gate"])
        self._thread = threading.Thread(target=self._receive, name="osc", daemon=True)

    def understand(self, rules: Mapping[bytes, Sequence[ReceiverRule]], engine: Engine) -> None:
        """Understand these addresses from the next packet on, and set parameters of this engine."""
        table, looks = _ReceiverTable(rules, engine), int(self._receiver["looks"])
        self._publish(self._at("table"), address(table.record), 0, 0)
        self._tables.append((looks, table))
        # a table that was replaced two turns ago is not in use
        while len(self._tables) > 1 and self._tables[1][0] + 2 < looks:
            self._tables.popleft()

    def start(self) -> None:
        """Begin to receive; `understand` first."""
        self._thread.start()

    def stop(self) -> bool:
        """Stop receiving; False if the thread does not answer: then its sockets must stay open."""
        self._publish(self._at("is_stopped"), 1, 0, 0)
        if self._thread.is_alive():
            self._thread.join(STOPPING_S)
        return not self._thread.is_alive()

    def forwarded(self, most: int) -> Iterator[ForwardedPacket]:
        """What was handed on since, at most so many."""
        head = int(self._receiver["head"])
        self._order(self._at("is_broken"), 0, 0, 0)  # what the ring holds is read after its head
        while most > 0 and (tail := int(self._receiver["tail"])) != head:
            at = tail % RING_BYTES
            if int(self._ring[at : at + 4].view(np.uint32)[0]) == k.FORWARDED_WRAP:
                self._free(tail + RING_BYTES - at)
                continue
            entry: Any = self._ring[at : at + k.FORWARDED.itemsize].view(k.FORWARDED)[0]
            size, begins = int(entry["size"]), at + k.FORWARDED.itemsize
            packet = self._ring[begins : begins + size].tobytes()
            sender = entry["sender"].tobytes()[: int(entry["sender_size"]) & 0xFFFFFFFF]
            found = ForwardedPacket(packet, sender, int(entry["arrival"]))
            self._free(tail + (k.FORWARDED.itemsize + size + 7) // 8 * 8)
            most -= 1
            yield found

    @property
    def packets(self) -> int:
        """Packets so far."""
        return int(self._receiver["packets"])

    @property
    def plain(self) -> int:
        """Packets that were understood without Python."""
        return int(self._receiver["plain"])

    @property
    def lost(self) -> int:
        """Packets that Python was too late for."""
        return int(self._receiver["lost"])

    @property
    def is_broken(self) -> bool:
        """Whether it gave up."""
        return bool(self._receiver["is_broken"])

    def _receive(self) -> None:
        self._run(address(self._memory), 0, 0, 0)

    def _free(self, tail: int) -> None:
        self._publish(self._at("tail"), tail, 0, 0)

    def _at(self, field: str) -> int:
        return address(self._memory) + int(k.RECEIVER.fields[field][1])  # type: ignore[index]


def _hash(word: bytes) -> int:
    code = k.FNV_START
    for byte in word:
        code = (code ^ byte) * k.FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return code


def _fill(row: Any, rule: ReceiverRule) -> None:
    row["slot"], row["argument"] = rule.slot, rule.argument
    row["low"], row["high"] = rule.low, rule.high
    row["is_scaled"] = rule.input_range is not None
    if rule.input_range is not None:
        row["input_low"], row["input_high"] = rule.input_range
        row["output_first"], row["output_last"] = rule.output_range
