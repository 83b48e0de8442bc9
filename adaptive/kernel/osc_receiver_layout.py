"""Memory layout of the OSC receiver: `kernel.osc_receiver` reads it, `engine.osc_receiver` writes it."""

from __future__ import annotations

from adaptive.kernel.layout import record

FNV_START, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
"""The hash of an address: FNV-1a with 64 bits."""

LONGEST_PACKET = 65536
LONGEST_SENDER = 32
"""Bytes of a sender's address that are handed on: an IPv6 one has 28."""

MOST_VALUES = 64
"""Values of a packet that the receiver takes by itself; a packet with more goes to Python."""

MOST_ARGUMENTS = 64
MOST_KNOWN = 16
"""Arguments of a message the receiver looks at; a rule for one behind them is left to Python."""

RECEIVER = record(
    [
        ("table", "i8"),  # what is understood: publishing another is one store
        ("is_stopped", "i8"),
        ("pad0", "i8", 6),
        ("head", "i8"),  # of the ring, written by the receiver, released
        ("looks", "i8"),  # turns of its loop: a table that was replaced two ago is not in use
        ("packets", "i8"),
        ("plain", "i8"),  # packets it understood by itself
        ("lost", "i8"),  # packets the ring had no room for
        ("is_broken", "i8"),  # it gave up: the socket is none
        ("pad1", "i8", 2),
        ("tail", "i8"),  # of the ring, written by Python
        ("pad2", "i8", 7),
        ("socket", "i8"),
        ("wake", "i8"),  # a byte is sent here for each packet that is handed on
        ("ring", "i8"),
        ("ring_size", "i8"),
        ("poll", "i8"),  # struct pollfd: descriptor, events, what came
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
"""One receiver of OSC: what it needs, and nothing it has to ask Python for."""

LANE_TABLE = record(
    [
        ("header", "i8"),  # of the engine whose parameters are set
        ("words", "i8"),
        ("word_mask", "i8"),
        ("rules", "i8"),
        ("text", "i8"),
    ]
)

LANE_WORD = record(
    [
        ("hash", "u8"),
        ("text_at", "i4"),
        ("text_size", "i4"),  # 0: nothing here
        ("first_rule", "i4"),
        ("rules", "i4"),
    ]
)
"""An address that is understood, in an open hash table."""

LANE_RULE = record(
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
"""From an argument to a parameter; what lies outside `low` … `high` is left to Python."""

FORWARDED = record(
    [
        ("size", "u4"),  # FORWARDED_WRAP: go on at the ring's beginning
        ("arrival", "u4"),
        ("sender_size", "i8"),
        ("sender", "u1", LONGEST_SENDER),
    ]
)
"""What stands before each packet that is handed on to Python."""

FORWARDED_WRAP = 0xFFFFFFFF
