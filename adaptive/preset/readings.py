"""Tells readings from numbers that a device sends while it measures nothing (the key `ignore`).

A chest strap without contact sends 0, other sensors 255 or -1.
Such a number must leave a parameter as it is, so that `stale_after_s` and `fallback` act.
"""

from __future__ import annotations

import math
import struct

from adaptive.preset.schema import Ignore, OutOfBounds

_SINGLE = struct.Struct("f")


class NoReadings:
    """The numbers that are no readings.

    Numbers are compared as float32: OSC sends them so, and a recording keeps them so.

    Parameters
    ----------
    ignore : tuple of float or OutOfBounds
        The key `ignore` of a parameter or of an input.
    """

    def __init__(self, ignore: Ignore) -> None:
        self._values: frozenset[float] = frozenset()
        self._low, self._high = -math.inf, math.inf
        if isinstance(ignore, OutOfBounds):
            self._low = -math.inf if ignore.below is None else _single(ignore.below)
            self._high = math.inf if ignore.above is None else _single(ignore.above)
        else:
            self._values = frozenset(map(_single, ignore))

    def __bool__(self) -> bool:
        """Whether any number is ignored."""
        return bool(self._values) or self._low > -math.inf or self._high < math.inf

    def __contains__(self, value: float) -> bool:
        """Whether a number is no reading."""
        single = _single(value)
        return single in self._values or not self._low <= single <= self._high

    def leave_nothing_of(self, low: float, high: float) -> bool:
        """Whether every number from `low` to `high` is ignored."""
        first, last = max(low, self._low), min(high, self._high)
        return first > last or (first == last and first in self)


def _single(value: float) -> float:
    """The nearest number of 32 bits, infinity beyond the largest."""
    try:
        nearest: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return nearest
