"""Memory layout of the OSC receiver; `engine.osc_receiver` fills it, `kernel.osc_receiver` uses it."""

from __future__ import annotations

from adaptive.kernel.layout import record

FNV_START, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
"""Constants of the hash of an address: FNV-1a with 64 bits."""

LONGEST_PACKET = 65536
LONGEST_SENDER = 32
"""Bytes of a sender's ``sockaddr`` that are forwarded; one of IPv6 has 28."""

MOST_VALUES = 64
"""Most parameter values in one packet; a packet with more is forwarded to Python."""

MOST_ARGUMENTS = 64
MOST_KNOWN = 16
"""Most arguments of a message, and how many of them are read; rules for others are left to Python."""

RECEIVER = record(
    [
        ("table", "i8"),  # addresses it understands; replaced by one store
        ("is_stopped", "i8"),
        ("pad0", "i8", 6),
        ("head", "i8"),  # of the ring, written by the receiver, released
        ("looks", "i8"),  # iterations of its loop: two after a table was replaced, it is no longer used
        ("packets", "i8"),
        ("plain", "i8"),  # packets it applied without Python
        ("lost", "i8"),  # packets dropped because the ring was full
        ("is_broken", "i8"),  # 1: the socket failed and the receiver has stopped
        ("pad1", "i8", 2),
        ("tail", "i8"),  # of the ring, written by Python
        ("pad2", "i8", 7),
        ("socket", "i8"),
        ("wake", "i8"),  # socket to which a byte is sent for each forwarded packet
        ("ring", "i8"),
        ("ring_size", "i8"),
        ("poll", "i8"),  # struct pollfd: descriptor, events, returned events
        ("sender_size", "i8"),
        ("byte", "i8"),
        ("slot", "i8", MOST_VALUES),
        ("value", "f4", MOST_VALUES),
        ("argument", "f8", MOST_KNOWN),
        ("is_number", "i4", MOST_KNOWN),
        ("sender", "u1", LONGEST_SENDER),
        ("packet", "u1", LONGEST_PACKET),
    ]
)
"""State of one OSC receiver; its thread uses nothing else but its table and the engine's memory."""

RECEIVER_TABLE = record(
    [
        ("header", "i8"),  # of the engine whose parameters are set
        ("words", "i8"),
        ("word_mask", "i8"),
        ("rules", "i8"),
        ("text", "i8"),
    ]
)

RECEIVER_ADDRESS = record(
    [
        ("hash", "u8"),
        ("text_at", "i4"),
        ("text_size", "i4"),  # 0: an empty entry
        ("first_rule", "i4"),
        ("rules", "i4"),
    ]
)
"""An OSC address in the hash table (open addressing, linear probing), and its rules."""

RECEIVER_RULE = record(
    [
        ("slot", "i4"),
        ("argument", "i4"),
        ("is_scaled", "i4"),
        ("pad", "i4"),
        ("input_low", "f8"),
        ("input_high", "f8"),
        ("output_first", "f8"),
        ("output_last", "f8"),
        ("low", "f8"),
        ("high", "f8"),
    ]
)
"""Maps an argument to a parameter; packets with values outside `low` … `high` are left to Python."""

FORWARDED = record(
    [
        ("size", "u4"),  # FORWARDED_WRAP: the next packet is at the start of the ring
        ("arrival", "u4"),
        ("sender_size", "i8"),
        ("sender", "u1", LONGEST_SENDER),
    ]
)
"""Header of each packet in the ring to Python."""

FORWARDED_WRAP = 0xFFFFFFFF
