"""Moves the parameters of an instrument to where curves, held values and edits want them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.processors.descriptor import Parameter
from adaptive.kernel.processors.insert import RAMP_QUANTA, move_parameter

MASKED = 63
"""Rows that the mask of ratios has bits for; those behind them move by differences."""


def ratios_of(parameters: Sequence[Parameter]) -> Any:
    """The mask of the parameters that move along ratios: bit n is row n."""
    rows = [row for row, one in enumerate(parameters) if one.law == "logarithmic"]
    if any(row >= MASKED for row in rows):
        message = f"a parameter that moves along ratios must be among the first {MASKED}"
        raise ValueError(message)
    return np.int64(sum(1 << row for row in rows))


@rtsafe
def follow_controls(instrument: Any, ratios: int, was_sounding: int) -> None:
    """Move all parameters by one quantum, to ``now``; an instrument that was silent has them at once.

    A change takes 43 ms, as those of inserts do.  An instrument at rest need not call it.

    Parameters
    ----------
    instrument : record
        Made by `source_record.instrument_record`, with parameters.
    ratios : int64
        Mask of the parameters that move along ratios, see `ratios_of`.
    was_sounding : int32
        ``sounding`` before the commands of the quantum were taken.
    """
    column, changed = np.int64(0), np.int32(0)
    for row in range(instrument["wanted"].shape[0]):
        changed += np.int32(instrument["wanted"][row, column] != instrument["aimed"][row, column])
    if changed > 0 or was_sounding == 0:
        instrument["moving"] = np.int32(RAMP_QUANTA + 2)
    if instrument["moving"] == 0:
        return
    instrument["moving"] -= np.int32(1)
    for row in range(instrument["wanted"].shape[0]):
        if was_sounding == 0:
            instrument["now"][row, column] = instrument["wanted"][row, column]
            instrument["aimed"][row, column] = instrument["wanted"][row, column]
            instrument["steps_left"][row, column] = np.int32(0)
        else:
            is_ratio = row < MASKED and (ratios >> row) & np.int64(1) == np.int64(1)
            move_parameter(instrument, row, column, is_ratio)
