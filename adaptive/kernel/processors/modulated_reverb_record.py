"""Memory of a modulated reverb: where its delays lie, its filters and its rotations."""

from __future__ import annotations

from adaptive.kernel.layout import LANES, record

SIDES = 2
STEPS = 3
"""Steps of the diffuser, each with sixteen delays and a matrix."""

FIRST_STEP, FIRST_LINE = SIDES, SIDES + STEPS * LANES
HALL_ROWS = FIRST_LINE + LANES
"""Delays: two of the input, those of the diffuser, and the lines of the loop, in this order."""

PAIRS_OF_LINES = LANES // 2

HALL = record(
    [
        # a row is the memory of one delay: its frames, followed by a copy of its first quantum
        ("row_first", "i8", HALL_ROWS),
        ("row_frames", "i8", HALL_ROWS),
        ("row_write", "i8", HALL_ROWS),
        ("length", "i8", HALL_ROWS),  # delay in frames
        ("reads", "i8", HALL_ROWS),  # addresses of this quantum
        ("writes", "i8", HALL_ROWS),
        ("line_rows", "i8", LANES),  # addresses of the rows to which the damped lines are written
        # damping of the lines: what two one-poles keep
        ("low", "f4", LANES),
        ("high", "f4", LANES),
        ("middle_gain", "f4", LANES),
        ("low_gain", "f4", LANES),  # of the low band, minus the gain of the middle
        ("high_gain", "f4", LANES),
        ("low_share", "f4", LANES),
        ("high_share", "f4", LANES),
        # rotations of pairs of lines: cosine and sine at the first frame, and their change a frame
        ("cosine", "f4", PAIRS_OF_LINES),
        ("sine", "f4", PAIRS_OF_LINES),
        ("cosine_step", "f4", PAIRS_OF_LINES),
        ("sine_step", "f4", PAIRS_OF_LINES),
        ("phase", "f4", PAIRS_OF_LINES),  # in turns
        ("cut", "f4", 2 * SIDES),  # states of the low and the high cut of both sides
        # all-passes of a spring: frames of their delay (0: none), place in it, and two addresses each
        ("stretch", "i8"),
        ("spring_at", "i8"),
        ("spring_first", "i8"),  # of the memory
        ("spring_rows", "i8", SIDES),
        ("spring_states", "i8", SIDES),
        ("early", "f4"),  # gain of the early reflections, at the end of the quantum before
        ("mix", "f4"),
    ]
)
"""A modulated reverb."""
