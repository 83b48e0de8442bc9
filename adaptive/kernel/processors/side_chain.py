"""The side-chain input of a processor: it listens to another bus, behind its fader, or to its own input.

The render list puts the other bus before it, so the row of that bus is finished.  A key that is earlier than
the signal it shapes waits in a ring, which is written whether the insert rests or not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.late_rows import late_row, right_of, write_rows
from adaptive.kernel.layout import LANES, PAIRS, QUANTUM
from adaptive.kernel.processors.insert import PAIR, ROW, row_of

Q = np.int64(QUANTUM)

KEY_FIELDS = [
    ("key_bus", "i4", PAIRS),  # row of the bus that it listens to; -1: its own input
    ("key_delay", "i8", PAIRS),  # frames
    ("key_ring", "i8", PAIRS),  # address of the ring in which the key waits
    ("key_ring_frames", "i8", PAIRS),
    ("key_rows", "i8", LANES),  # addresses of the sixteen rows to listen to in this quantum
]
"""Fields of a group whose inserts can listen to other buses."""


@rtsafe
def key_sides(group: Any, column: int, header: Any) -> tuple[int, int]:
    """Addresses of the left and right row that a column listens to."""
    if group["key_bus"][column] < 0:
        own = row_of(group, column, header)
        return own, own + ROW
    row = header["at_bus_audio"] + PAIR * np.int64(group["key_bus"][column])
    if group["key_delay"][column] == 0:
        return row, row + ROW
    ring, frames, frame = group["key_ring"][column], group["key_ring_frames"][column], header["frame"]
    write_rows(ring, frames, frame, row)
    left = late_row(ring, frames, frame, group["key_delay"][column])
    return left, right_of(left, frames)


@rtsafe
def listen(group: Any, columns: int, header: Any) -> None:
    """Find what the columns of a mask listen to; call it in every quantum, for those that rest too."""
    for column in range(np.int64(PAIRS)):
        lane = np.int64(2) * column
        if columns & (np.int64(1) << column):
            left, right = key_sides(group, column, header)
            group["key_rows"][lane], group["key_rows"][lane + np.int64(1)] = left, right
        else:  # any row that can be read
            group["key_rows"][lane] = header["at_lanes"]
            group["key_rows"][lane + np.int64(1)] = header["at_lanes"]
