"""Memory of what two ears hear of a placed bus."""

from __future__ import annotations

from adaptive.kernel.layout import record

HEAD_ROWS, HEAD_VALUES = 37, 7
"""A row for each 5 degrees of azimuth from 0 to 180: delay, then gain and two shelves of each ear."""

RING = 512
"""Frames of the past of a side that are kept: a power of two; at 192 kHz an ear is up to 150 frames late."""

EARS = record(
    [
        ("ring", "f4", (2, RING)),  # of each side
        # of each side and ear, at the end of this quantum: frames of delay, gain, gains of the shelves
        ("delay", "f4", (2, 2)),
        ("gain", "f4", (2, 2)),
        ("low", "f4", (2, 2)),
        ("high", "f4", (2, 2)),
        ("delay_goal", "f4", (2, 2)),
        ("gain_goal", "f4", (2, 2)),
        ("low_goal", "f4", (2, 2)),
        ("high_goal", "f4", (2, 2)),
        ("state", "f4", (2, 2, 4)),  # last input and output of both shelves
    ]
)
"""One for each row of a bus, in an engine for headphones."""
