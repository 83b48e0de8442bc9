"""Memory of a JACK client: its ports, and the rings in which stems wait for the master."""

from __future__ import annotations

from adaptive.kernel.layout import record

MOST_STEMS = 64
"""Pairs of ports beside those of the master."""

RING_FRAMES = 32768
"""Frames a channel of a stem's ring: a power of two above the longest delay of a mix, 16,456 frames."""

JACK_OUTPUT = record([("port", "i8"), ("buffer", "i8")])
"""A port of the master, and where JACK wants its samples in the present block."""

JACK_STEM = record(
    [
        ("left", "i8"),  # ports
        ("right", "i8"),
        ("left_buffer", "i8"),
        ("right_buffer", "i8"),
        ("at_ring", "i8"),  # float32, shape (2, RING_FRAMES)
        ("written", "i8"),  # frames written to the ring
    ]
)

JACK_CLIENT = record(
    [
        ("get_buffer", "i8"),  # address of jack_port_get_buffer
        ("output_count", "i8"),
        ("stem_count", "i8"),
        ("at_outputs", "i8"),
        ("at_stems", "i8"),
        ("at_block", "i8"),  # float32, shape (QUANTUM, channels)
        ("pause_before", "f4"),  # gain of the pause at the beginning and end of the present quantum
        ("pause_now", "f4"),
    ]
)
"""Directly after the `ROOT` of a JACK stream."""

STEM_ROW = record([("bus", "i8"), ("delay_frames", "i8")])
"""What a pair of ports plays in one engine: a row of buses, -1 none, and by how much it has to wait."""
