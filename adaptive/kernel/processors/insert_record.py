"""The part of a group's record that all processors have: which buses it processes, and its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.kernel.layout import LANES, PAIRS, record
from adaptive.kernel.processors.descriptor import Parameter


def insert_group(parameters: Sequence[Parameter], fields: Sequence[Any] = ()) -> np.dtype[Any]:
    """Lay out the record of a group of eight columns; each column is one insert.

    Parameters
    ----------
    parameters : sequence of Parameter
        The processor's parameters; rows of ``wanted`` and the fields that follow it.
    fields : sequence of (name, type) or (name, type, shape)
        What the processor keeps besides; lanes are the channels: ``2 · column + side``.
    """
    rows = (max(1, len(parameters)), PAIRS)
    return record(
        [
            ("bus", "i4", PAIRS),  # row of the bus whose audio it processes
            ("is_new", "i4", PAIRS),  # 1: starts with empty memory, and without ramps
            ("is_resting", "i4", PAIRS),  # 1: neither its input nor its output has been heard for long
            ("is_changed", "i4", PAIRS),  # 1: a parameter moved since the column was last processed
            ("quiet_quanta", "i4", PAIRS),
            ("quiet_limit", "i4", PAIRS),  # quanta of silence after which it rests
            ("wet_wanted", "f4", PAIRS),  # share of its output: 1 in use, 0 bypassed or removed
            ("wet_now", "f4", PAIRS),
            ("hushed", "f4", PAIRS),  # 1 after invalid samples, falling to 0: its output fades in again
            ("memory", "i8", PAIRS),  # address of its own float32 numbers
            ("memory_frames", "i8", PAIRS),
            # a parameter moves from `now` to `wanted` in equal steps, or equal ratios
            ("wanted", "f4", rows),
            ("aimed", "f4", rows),  # the `wanted` for which `step` was computed
            ("now", "f4", rows),  # at the end of this quantum
            ("step", "f4", rows),
            ("steps_left", "i4", rows),
            ("rows", "i8", LANES),  # addresses of the sixteen rows of this quantum
            ("is_run", "i4", LANES),  # -1 where the lane is processed in this quantum, else 0
            *fields,
        ]
    )
