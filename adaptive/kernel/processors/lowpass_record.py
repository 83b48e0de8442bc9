"""Memory of the low-pass filters of eight stereo clips or buses."""

from __future__ import annotations

from adaptive.kernel.layout import LANES, PAIRS, record

LANE_FILTER = record(
    [
        ("is_on", "i4", LANES),
        ("low", "f4", LANES),
        ("band", "f4", LANES),
        ("b1", "f4", LANES),
        ("b2", "f4", LANES),
        ("b3", "f4", LANES),
        ("b1_step", "f4", LANES),
        ("b2_step", "f4", LANES),
        ("b3_step", "f4", LANES),
        # one column for each clip or bus
        ("aimed_hz", "f4", PAIRS),  # cutoff of the coefficients at the end of the quantum
        ("is_moving", "i4", PAIRS),
    ]
)
"""The low-pass of eight stereo clips or buses."""
