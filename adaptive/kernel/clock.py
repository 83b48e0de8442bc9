"""A monotonic clock the audio thread may read: one call into the C library that takes no lock."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numba import types

from adaptive.kernel.compile.jit import rtsafe

CLOCK_MONOTONIC = np.int32(6 if sys.platform == "darwin" else 1)
BILLION = np.int64(1_000_000_000)

if sys.platform == "win32":
    _counter = types.ExternalFunction("QueryPerformanceCounter", types.int32(types.int64))

    @rtsafe
    def nanoseconds(clock: Any, address: int) -> int:
        """Monotonic time in nanoseconds; since Windows 10 the counter runs at 10 MHz."""
        _counter(address)
        return clock[0] * np.int64(100)

else:
    _gettime = types.ExternalFunction("clock_gettime", types.int32(types.int32, types.int64))

    @rtsafe
    def nanoseconds(clock: Any, address: int) -> int:
        """Monotonic time in nanoseconds; the call fills the ``struct timespec`` `clock` at `address`."""
        _gettime(CLOCK_MONOTONIC, address)
        return clock[0] * BILLION + clock[1]
