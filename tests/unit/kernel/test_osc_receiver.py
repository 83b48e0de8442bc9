"""Packets and memory of the receiver; ``tests/unit/inputs/test_osc_receiver.py`` compares it with Python."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.engine.engine import Engine
from adaptive.engine.osc_receiver import ReceiverRule, _ReceiverTable
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.kernel import osc_receiver as kernel
from adaptive.kernel import osc_receiver_layout as layout

HEADER = layout.FORWARDED.itemsize
SIZE = 16
RING_BYTES = 4 * (HEADER + SIZE)
"""Space for four packets of `SIZE` bytes."""

WORD = np.int64(0)


@pytest.fixture(scope="module")
def table() -> _ReceiverTable:
    """One address, ``/a``, that sets the first parameter to a value from 0 to 1."""
    return _ReceiverTable(
        {b"/a": [ReceiverRule(0, 0.0, 1.0)]}, Engine(EngineSpec(parameters=[ParameterSpec("a")]))
    )


@pytest.fixture
def receiver() -> Any:
    """A receiver with a small ring and no socket."""
    memory, ring = aligned(layout.RECEIVER, 1), aligned(np.uint8, RING_BYTES)
    memory[0]["ring"], memory[0]["ring_size"] = address(ring), RING_BYTES
    return memory, ring


def message(value: float) -> bytes:
    return b"/a\0\0,f\0\0" + struct.pack(">f", value)


def scanned(receiver: Any, table: _ReceiverTable, packet: bytes) -> list[float] | None:
    """Values that a packet sets; None: it is left to Python."""
    record = receiver[0][0]
    record["packet"][: len(packet)] = np.frombuffer(packet, np.uint8)
    count = int(kernel.scan(record, table.record[0], np.int64(len(packet))))
    return None if count < 0 else record["value"][:count].tolist()


def test_numbers_are_read_with_the_highest_byte_first() -> None:
    data = np.frombuffer(struct.pack(">Iq", 0xFEDCBA98, -2), np.uint8)

    assert (kernel.word_at(data, WORD), kernel.long_at(data, np.int64(4))) == (0xFEDCBA98, -2)


def test_a_known_address_sets_its_parameter(receiver: Any, table: _ReceiverTable) -> None:
    assert scanned(receiver, table, message(0.25)) == [0.25]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_value_outside_the_range_is_left_to_python(
    receiver: Any, table: _ReceiverTable, value: float
) -> None:
    assert scanned(receiver, table, message(value)) is None


def test_a_packet_that_is_cut_short_is_left_to_python(receiver: Any, table: _ReceiverTable) -> None:
    packet = b"#bundle\0" + struct.pack(">qI", 1, len(message(0.5))) + message(0.5)

    assert scanned(receiver, table, packet) == [0.5]
    assert [scanned(receiver, table, packet[:size]) or None for size in range(len(packet))] == [None] * len(
        packet
    )


def forwarded(receiver: Any, packet: bytes, arrival: int = 1) -> bool:
    memory, _ = receiver
    memory[0]["packet"][: len(packet)] = np.frombuffer(packet, np.uint8)
    return bool(
        kernel.forward(memory[0], np.int64(address(memory)), np.int64(len(packet)), np.int64(arrival))
    )


def test_a_forwarded_packet_lies_behind_its_header(receiver: Any) -> None:
    memory, ring = receiver

    assert forwarded(receiver, b"/unknown\0\0\0\0", arrival=7)
    header = ring[:HEADER].view(layout.FORWARDED)[0]
    assert (header["size"], header["arrival"]) == (12, 7)
    assert ring[HEADER:][:12].tobytes() == b"/unknown\0\0\0\0"
    assert memory[0]["head"] == HEADER + 16  # packets begin at multiples of eight bytes


def test_a_full_ring_refuses_a_packet_and_takes_it_when_there_is_space_again(receiver: Any) -> None:
    memory, ring = receiver
    taken = [forwarded(receiver, bytes(SIZE)) for _ in range(5)]
    memory[0]["tail"] = HEADER + SIZE

    assert taken == [True] * 4 + [False]
    assert forwarded(receiver, b"x" * SIZE)
    assert ring[HEADER] == ord("x")


def test_a_packet_that_does_not_fit_behind_the_last_one_begins_at_the_start_of_the_ring(
    receiver: Any,
) -> None:
    memory, ring = receiver
    memory[0]["head"] = memory[0]["tail"] = RING_BYTES - 16

    assert forwarded(receiver, b"y" * 8)
    assert int(ring[RING_BYTES - 16 :][:4].view(np.uint32)[0]) == layout.FORWARDED_WRAP
    assert ring[HEADER] == ord("y")
