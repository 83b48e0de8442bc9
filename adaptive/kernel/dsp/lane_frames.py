"""What the frame loops of sixteen voices share: filters with their state in registers, and sums of blocks.

The loops are built from LLVM instructions.  Fields of a group of voices are named by their offsets in bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba.core import cgutils

from adaptive.kernel.dsp.vectors import LANE_FLOATS, load, store


def added(builder: Any, value: Any, base: Any, at: Any) -> None:
    """Add a vector to sixteen floats in memory."""
    store(builder, builder.fadd(load(builder, base, at, LANE_FLOATS), value), base, at)


class LaneFilter:
    """Sixteen filters of two poles (see `processors.lowpass`), whose coefficients are straight lines.

    Parameters
    ----------
    builder : IRBuilder
        Builder of the instructions.
    voices : int64
        Address of the voices.
    states : sequence of int
        Offsets of the two states, low-pass and band-pass.
    lines : sequence of (int, int)
        Offsets of each of the three coefficients at the start of the quantum, and of its step in a frame.
    """

    def __init__(
        self, builder: Any, voices: Any, states: Sequence[int], lines: Sequence[tuple[int, int]]
    ) -> None:
        self.builder, self._voices, self._states_at = builder, voices, states
        self._states = [
            cgutils.alloca_once_value(builder, load(builder, voices, at, LANE_FLOATS)) for at in states
        ]
        self._lines = [[load(builder, voices, at, LANE_FLOATS) for at in line] for line in lines]

    def sums(self, x: Any, frame: Any) -> tuple[Any, Any]:
        """Filter one frame; return the sums of the old and the new low-pass, and band-pass, state."""
        builder = self.builder
        b1, b2, b3 = (builder.fadd(b, builder.fmul(step, frame)) for b, step in self._lines)
        low, band = (builder.load(state) for state in self._states)
        above = builder.fsub(x, low)
        next_band = builder.fadd(builder.fmul(b1, band), builder.fmul(b2, above))
        next_low = builder.fadd(builder.fadd(low, builder.fmul(b2, band)), builder.fmul(b3, above))
        for state, value in zip(self._states, (next_low, next_band), strict=True):
            builder.store(value, state)
        return builder.fadd(low, next_low), builder.fadd(band, next_band)

    def store_state(self) -> None:
        """Store the state for the next piece."""
        for at, state in zip(self._states_at, self._states, strict=True):
            store(self.builder, self.builder.load(state), self._voices, at)


class MixedFilter(LaneFilter):
    """Sixteen filters whose low-pass, band-pass and high-pass outputs are mixed.

    Band-pass ``v1`` and low-pass ``v2`` are the means of the old and the new state, and the high-pass is
    ``x - k·v1 - v2``.  So the mix is a weighted sum of ``x`` and, for each state, of old plus new.

    Parameters
    ----------
    builder, voices, states, lines
        See `LaneFilter`.
    weights : (vector, vector, vector)
        Of the sum of the low-pass states, of that of the band-pass states, and of the input.
    """

    def __init__(
        self, builder: Any, voices: Any, states: Sequence[int], lines: Sequence[tuple[int, int]], weights: Any
    ) -> None:
        super().__init__(builder, voices, states, lines)
        self._of_low, self._of_band, self._of_input = weights

    def step(self, x: Any, frame: Any, is_mixed: bool) -> Any:
        """Filter one frame.  If `is_mixed` is False, band-pass and high-pass have no gain."""
        builder = self.builder
        lows, bands = self.sums(x, frame)
        passed = builder.fmul(self._of_low, lows)
        if not is_mixed:
            return passed
        passed = builder.fadd(passed, builder.fmul(self._of_band, bands))
        return builder.fadd(passed, builder.fmul(self._of_input, x))
