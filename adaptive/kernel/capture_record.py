"""The record of a stream that captures: which channels of a device go to which rings."""

from __future__ import annotations

from adaptive.kernel.layout import record

MOST_CAPTURED = 16

CAPTURE = record(
    [
        ("channels", "i8"),  # of the device
        ("count", "i8"),  # rings in use; stored last
        ("blocks", "i8"),  # callbacks so far
        ("lost", "i8"),  # frames that found a ring full
        ("at_words", "i8", MOST_CAPTURED),
        ("at_frames", "i8", MOST_CAPTURED),
        ("capacity", "i8", MOST_CAPTURED),
        ("left", "i8", MOST_CAPTURED),  # channels of the device, from 0
        ("right", "i8", MOST_CAPTURED),
    ]
)
"""User data of an input stream.  Entries are written while `count` is 0."""
