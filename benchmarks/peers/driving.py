"""A compiled loop that calls the engine once for each block, as a sound card does, without Python."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=False)  # type: ignore[untyped-decorator]
def drive(unit: Any, header: int, out: int, frames: int, blocks: int) -> None:
    """Call a kernel unit for `blocks` blocks of `frames` frames."""
    for _ in range(blocks):
        unit(header, out, np.int64(frames), np.int64(2))
