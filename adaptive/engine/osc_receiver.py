"""Python side of the OSC receiver: its thread, its table of addresses, and the ring of forwarded packets."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.engine.engine import Engine
from adaptive.engine.ports import UNIT
from adaptive.kernel import osc_receiver_layout as k
from adaptive.kernel.compile import build

RING_BYTES = 1 << 20
"""Size of the ring of forwarded packets."""

STOPPING_S = 1.0
"""Longest wait for the thread to end; it checks every 50 ms whether to stop."""


@dataclass(frozen=True, slots=True)
class ReceiverRule:
    """Maps one argument of an OSC address to a parameter.

    Parameters
    ----------
    slot : int
        Row of the parameter in the engine.
    low, high : float
        Range of the parameter; a value outside it is forwarded to Python, which reports it.
    argument : int
        Index of the argument, from 0.
    input_range, output_range : pair of float or None
        The value is mapped linearly from the first range to the second, clamped at the ends.  With an
        `input_range` of None the value is not mapped.
    """

    slot: int
    low: float
    high: float
    argument: int = 0
    input_range: tuple[float, float] | None = None
    output_range: tuple[float, float] = (0.0, 1.0)


class ForwardedPacket(NamedTuple):
    """A packet forwarded to Python: its bytes, the sender's ``sockaddr``, and its arrival number."""

    packet: bytes
    sender: bytes
    arrival: int


class _ReceiverTable:
    """The rules as a hash table for the kernel; keeps the engine whose parameters they set alive."""

    def __init__(self, rules: Mapping[bytes, Sequence[ReceiverRule]], engine: Engine) -> None:
        self.engine = engine
        size = 1 << max(4, (2 * len(rules)).bit_length())
        self.words = aligned(k.RECEIVER_ADDRESS, size)
        self.text = aligned(np.uint8, max(1, sum(map(len, rules))))
        self.rules = aligned(k.RECEIVER_RULE, max(1, sum(map(len, rules.values()))))
        self.record = aligned(k.RECEIVER_TABLE, 1)
        text_at, rule_at = 0, 0
        for word, word_rules in rules.items():
            self.text[text_at : text_at + len(word)] = np.frombuffer(word, np.uint8)
            entry = self.words[self._place(word)]
            entry["hash"], entry["text_at"], entry["text_size"] = _hash(word), text_at, len(word)
            entry["first_rule"], entry["rules"] = rule_at, len(word_rules)
            for rule in word_rules:
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
    """Receives OSC packets in a compiled thread that runs without the GIL.

    It sets parameters itself where a rule applies, and forwards all other packets to Python.

    Parameters
    ----------
    socket, wake : int
        File descriptors: of the socket that receives packets, and of a socket to which one byte is written
        for each forwarded packet.  Both must stay open until `stop` has returned True.
    """

    def __init__(self, socket: int, wake: int) -> None:
        self._memory = aligned(k.RECEIVER, 1)
        self._ring = aligned(np.uint8, RING_BYTES)
        self._receiver: Any = self._memory[0]
        self._receiver["socket"], self._receiver["wake"] = socket, wake
        self._receiver["ring"], self._receiver["ring_size"] = address(self._ring), RING_BYTES
        self._tables: deque[tuple[int, _ReceiverTable]] = deque()
        units = build.addresses(("publish", "receive", "word"))
        self._publish, self._run = UNIT(units["publish"]), UNIT(units["receive"])
        self._order = UNIT(units["word"])
        self._thread = threading.Thread(target=self._receive, name="osc", daemon=True)

    def use_rules(self, rules: Mapping[bytes, Sequence[ReceiverRule]], engine: Engine) -> None:
        """Use these rules, by OSC address, from the next packet on, and set parameters of this engine."""
        table, looks = _ReceiverTable(rules, engine), int(self._receiver["looks"])
        self._publish(self._at("table"), address(table.record), 0, 0)
        self._tables.append((looks, table))
        # A table that was replaced two loop iterations ago is no longer in use.
        while len(self._tables) > 1 and self._tables[1][0] + 2 < looks:
            self._tables.popleft()

    def start(self) -> None:
        """Start receiving; call `use_rules` first."""
        self._thread.start()

    def stop(self) -> bool:
        """Stop receiving; False if the thread did not end in time: its sockets must then stay open."""
        self._publish(self._at("is_stopped"), 1, 0, 0)
        if self._thread.is_alive():
            self._thread.join(STOPPING_S)
        return not self._thread.is_alive()

    def forwarded(self, most: int) -> Iterator[ForwardedPacket]:
        """Yield the packets forwarded since the last call, at most `most`."""
        head = int(self._receiver["head"])
        self._order(self._at("is_broken"), 0, 0, 0)  # full barrier: the ring is read after its head
        while most > 0 and (tail := int(self._receiver["tail"])) != head:
            at = tail % RING_BYTES
            if int(self._ring[at : at + 4].view(np.uint32)[0]) == k.FORWARDED_WRAP:
                self._free(tail + RING_BYTES - at)
                continue
            entry: Any = self._ring[at : at + k.FORWARDED.itemsize].view(k.FORWARDED)[0]
            size, start = int(entry["size"]), at + k.FORWARDED.itemsize
            packet = self._ring[start : start + size].tobytes()
            sender = entry["sender"].tobytes()[: int(entry["sender_size"]) & 0xFFFFFFFF]
            forwarded = ForwardedPacket(packet, sender, int(entry["arrival"]))
            self._free(tail + (k.FORWARDED.itemsize + size + 7) // 8 * 8)
            most -= 1
            yield forwarded

    @property
    def packets(self) -> int:
        """Number of packets received."""
        return int(self._receiver["packets"])

    @property
    def plain(self) -> int:
        """Number of packets handled without Python."""
        return int(self._receiver["plain"])

    @property
    def lost(self) -> int:
        """Number of packets dropped because the ring was full."""
        return int(self._receiver["lost"])

    @property
    def is_broken(self) -> bool:
        """Whether the thread ended because of an error."""
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
