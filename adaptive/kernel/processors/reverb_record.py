"""Memory of a reverb: where its delays lie, and its settings."""

from __future__ import annotations

from adaptive.kernel.layout import record

REVERB_LINES = 16
ALLPASSES = 4
REVERB_ROWS = REVERB_LINES + ALLPASSES + 1
"""Delays of a reverb: the feedback lines, the all-passes, the pre-delay."""

REVERB = record(
    [
        # a row is the memory of one delay: its frames, followed by a copy of its first quantum
        ("row_first", "i8", REVERB_ROWS),  # its first frame in the memory of the reverb
        ("row_frames", "i8", REVERB_ROWS),  # its length, a multiple of the quantum, so that no write wraps
        ("row_write", "i8", REVERB_ROWS),
        ("length", "i8", REVERB_ROWS),  # delay in frames
        # frames in the memory of the reverb from which and to which this quantum is read and written
        ("reads", "i8", REVERB_ROWS),
        ("writes", "i8", REVERB_ROWS),
        ("feedback", "f4", REVERB_LINES),
        ("damping", "f4"),
        ("gain", "f4"),
        ("low_cut", "f4"),
        ("low_cut_state", "f4"),
        ("mix", "f4"),  # share of the reverb in the output, at the end of the quantum before
    ]
)
"""A reverb; its rows are the feedback lines, the all-passes and the pre-delay, in this order."""
