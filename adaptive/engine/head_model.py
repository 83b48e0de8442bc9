"""A model of a head: how much later, softer and darker each ear hears a source, by its azimuth.

Delays and shelves of a spherical head, as Brown and Duda describe it (IEEE Trans. Speech Audio Process. 6,
1998).  Their numbers are fitted to what Gardner and Martin measured with a KEMAR dummy head and gave away
without restrictions (*HRTF measurements of a KEMAR dummy head microphone*, MIT Media Lab, 1994): level
differences of the whole band and of third octaves, and delays below 1.5 kHz.  Everything is relative to a
source ahead, so that what is ahead keeps its timbre.
"""

from __future__ import annotations

import numpy as np

from adaptive.engine.arrays import Array, aligned
from adaptive.kernel.ears_record import HEAD_ROWS, HEAD_VALUES
from adaptive.units import db_to_gain

ROWS = (
    (0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (5, 40, -0.3, -0.5, -0.3, 0.2, 0.5, 0.3),
    (10, 82, -0.6, -1.0, -0.4, 0.4, 1.0, 0.5),
    (15, 119, -0.9, -1.5, -0.3, 0.4, 1.6, 0.9),
    (20, 161, -1.2, -2.0, 0.0, 0.4, 2.2, 1.1),
    (25, 206, -1.5, -2.5, 0.2, 0.4, 2.8, 1.2),
    (30, 246, -1.7, -3.0, 0.3, 0.3, 3.3, 1.1),
    (35, 283, -1.8, -3.5, 0.0, 0.2, 3.7, 0.7),
    (40, 319, -1.9, -4.0, -0.4, 0.2, 4.1, 0.3),
    (45, 354, -1.9, -4.3, -0.7, 0.2, 4.5, 0.0),
    (50, 390, -2.1, -4.6, -0.7, 0.1, 4.8, 0.1),
    (55, 430, -2.6, -4.6, -1.0, 0.1, 5.0, 0.4),
    (60, 477, -3.4, -4.4, -0.2, 0.0, 5.1, 2.3),
    (65, 526, -4.1, -4.3, 1.5, -0.5, 3.9, 7.0),
    (70, 568, -4.2, -4.1, 1.5, -0.6, 2.3, 10.0),
    (75, 602, -3.6, -3.7, 0.7, 0.0, 1.4, 9.5),
    (80, 634, -2.9, -3.2, -1.3, 0.7, 1.5, 6.4),
    (85, 651, -2.3, -2.3, -2.7, 1.0, 2.1, 4.3),
    (90, 661, -2.0, -1.8, -3.3, 1.0, 2.5, 3.5),
    (95, 659, -2.2, -1.9, -3.3, 0.8, 2.7, 3.7),
    (100, 649, -2.7, -2.4, -2.8, 0.6, 2.8, 4.8),
    (105, 627, -3.6, -3.0, -1.7, 0.2, 2.5, 7.0),
    (110, 597, -4.3, -4.2, -0.4, -0.2, 1.9, 8.7),
    (115, 545, -4.1, -5.6, 2.0, -0.2, 1.7, 8.5),
    (120, 447, -3.3, -6.5, 2.4, 0.1, 1.9, 5.9),
    (125, 404, -2.6, -6.5, 1.5, 0.4, 2.1, 3.3),
    (130, 372, -2.1, -6.0, 0.6, 0.4, 2.2, 1.7),
    (135, 343, -1.9, -5.3, -0.2, 0.5, 2.1, 0.6),
    (140, 314, -1.8, -4.5, -0.6, 0.5, 2.0, -0.4),
    (145, 279, -1.7, -3.9, -0.9, 0.5, 1.8, -1.4),
    (150, 244, -1.5, -3.4, -1.2, 0.5, 1.6, -2.6),
    (155, 207, -1.3, -2.9, -1.5, 0.4, 1.4, -3.7),
    (160, 168, -0.9, -2.4, -1.5, 0.3, 1.3, -4.1),
    (165, 126, -0.7, -2.0, -1.4, 0.1, 1.2, -3.9),
    (170, 84, -0.4, -1.5, -1.2, -0.1, 0.9, -3.2),
    (175, 42, -0.3, -1.0, -1.1, -0.2, 0.4, -2.2),
    (180, 0, -0.2, -0.4, -1.3, -0.2, -0.4, -1.3),
)
"""By azimuth, to the right: the delay between the ears in microseconds; then in decibels, of the left ear and
of the right one, the gain at 0 Hz, and what two shelves add above 300 Hz and above 4 kHz."""


def head_table(sample_rate: int) -> Array:
    """Rows from 0 to 180 degrees: delay between the ears in frames, and linear gains; shape (37, 7)."""
    table = aligned(np.float32, HEAD_ROWS, HEAD_VALUES)
    for row, (_azimuth, delay_us, *gains_db) in enumerate(ROWS):
        table[row] = [delay_us * 1e-6 * sample_rate, *map(db_to_gain, gains_db)]
    return table
