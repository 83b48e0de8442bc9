"""The wall clock, and whether the system has set it by another one.

Nothing of the music depends on it: the timeline, ages and expiries count frames and the monotonic clock.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import datetime
import sys

TIME_ERROR = 5
"""What `adjtimex` returns while the clock is not synchronised."""

TIMEX_BYTES = 512
"""More than `struct timex` takes on any Linux."""


class WallClock:
    """The system's clock."""

    def now(self) -> datetime.datetime:
        """The present instant of UTC."""
        return datetime.datetime.now(datetime.UTC)

    def is_synchronised(self) -> bool:
        """Whether the clock is kept right by another one; taken for granted where the system cannot tell."""
        if sys.platform != "linux":
            return True
        name = ctypes.util.find_library("c")
        if name is None:
            return True
        try:
            library = ctypes.CDLL(name)
            state = int(library.adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))  # zeros: only ask
        except (OSError, AttributeError):
            return True
        return state != TIME_ERROR
