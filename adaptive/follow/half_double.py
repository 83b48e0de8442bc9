"""Half and double time with memory: the same runner, counted by one foot or by both."""

from __future__ import annotations

FACTORS = (1.0, 2.0, 0.5)
"""Factors that are tried for the first value, in this order."""

SAME_RUNNER = 0.03
"""A value that is twice or half the one before it, within this share, is the same runner."""

AFTER_STOP = 0.06
"""After a stop, a value that is the cadence before it, or half or twice that, within this share, is the same
runner counted by both feet or by one."""

IMPOSSIBLE_SPM = 235.0
"""Nobody runs at more steps a minute: a value that would be doubled beyond it is counted by both feet."""

BESIDE_FIRST = 0.03
"""How far outside the likely range the first value may lie once folded, if it lies inside by no factor: 89 by
one foot are 178, of which 174 is played."""

BESIDE_RANGE = 0.1
"""How far outside the likely range a folded value may lie, as a share."""


class HalfDouble:
    """Multiplies values by 1, 2 or a half, so that a runner keeps the same cadence.

    The factor changes only where one value is twice or half the one *before* it.  A cadence that falls
    through the values between is a walk: its factor stays, so the tempo never rises because somebody slows
    down.  Over a stop the cadence before it is remembered.

    Parameters
    ----------
    likely : (float, float)
        The cadences that the music can follow, in steps a minute: they decide the factor of the first value.
    is_on : bool
        Without it, every value is returned unchanged.
    """

    def __init__(self, likely: tuple[float, float], is_on: bool = True) -> None:
        self._likely, self._is_on = likely, is_on
        self._factor: float | None = None
        self._last: float | None = None
        self._before_stop: float | None = None
        self._impossible = 0

    @property
    def factor(self) -> float:
        """What values are multiplied by at present."""
        return 1.0 if self._factor is None else self._factor

    def fold(self, value: float) -> float:
        """Return a value of at least 0 in the runner's own count, and remember it for the next one."""
        if not self._is_on or value <= 0.0:
            return value
        if self._factor is None:
            tried = ((factor, beside) for beside in (0.0, BESIDE_FIRST) for factor in FACTORS)
            self._factor = next((f for f, beside in tried if self._is_likely(value * f, beside)), 1.0)
        elif self._last is not None:
            self._factor = self._changed(self._factor, value / self._last, value)
        elif self._before_stop is not None:
            self._factor = self._remembered(self._factor, value, self._before_stop)
        self._impossible = self._impossible + 1 if value * self._factor > IMPOSSIBLE_SPM else 0
        if self._impossible >= 2 and self._factor > 1.0:
            self._factor = 1.0
        self._last = value
        return value * self._factor

    def forget_last(self, before_spm: float | None = None) -> None:
        """Compare the next value with the cadence before a stop or a gap, in the runner's own count.

        Without one it is compared with nothing, and the factor stays.
        """
        self._last, self._before_stop = None, before_spm

    def _remembered(self, factor: float, value: float, before_spm: float) -> float:
        for other in (factor, *FACTORS):
            is_same = abs(value * other / before_spm - 1.0) <= AFTER_STOP
            if is_same and self._is_likely(value * other, BESIDE_RANGE):
                return other
        return factor

    def _changed(self, factor: float, ratio: float, value: float) -> float:
        if abs(ratio / 2.0 - 1.0) <= SAME_RUNNER:
            other = factor / 2.0
        elif abs(ratio * 2.0 - 1.0) <= SAME_RUNNER:
            other = factor * 2.0
        else:
            return factor
        return other if other in FACTORS and self._is_likely(value * other, BESIDE_RANGE) else factor

    def _is_likely(self, value: float, beside: float) -> bool:
        low, high = self._likely
        return low * (1.0 - beside) <= value <= high * (1.0 + beside)
