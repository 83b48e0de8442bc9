"""Recognises a sensor that repeats one value for ever, beside another one that writes the same parameter."""

from __future__ import annotations

from collections import Counter, deque

REPEATS_S, REPEATS = 60.0, 30
"""A value that came so often, over so long, may be frozen; nobody runs so evenly to a whole number."""

ABSENT_S = 10.0
"""A value that has not come for so long is frozen no more."""

OTHERS_S, OTHERS, DISTINCT = 20.0, 5, 3
"""So many other readings within this time, with so many different values, are a sensor that works."""

APART = 0.02
"""The other readings differ from the frozen value, and from half and twice of it, by more than this share.

A foot pod alone that sends even numbers has its usual value between its neighbours, 1.2 % away.
"""

CHECKED_EVERY_S = 1.0


class FrozenSensor:
    """Tells which of the readings of one parameter come from a sensor that is frozen.

    A value is frozen if it came again and again over `REPEATS_S`, although the other readings of the last
    `OTHERS_S` change and all lie farther away than `APART`, on one side of it.  One sensor alone is never
    called frozen: somebody may run on a treadmill.
    """

    def __init__(self) -> None:
        self.value: float | None = None
        self._readings: deque[tuple[float, float]] = deque(maxlen=1000)
        self._checked_at = 0.0

    def take(self, at_s: float, value: float) -> None:
        """Take a reading; afterwards `value` is the frozen value, if there is one.

        Parameters
        ----------
        at_s : float
            When it was measured, in seconds; times do not decrease.
        value : float
            Steps a minute.
        """
        self._readings.append((at_s, value))
        while self._readings[0][0] < at_s - REPEATS_S - CHECKED_EVERY_S:
            self._readings.popleft()
        if at_s - self._checked_at >= CHECKED_EVERY_S:
            self._checked_at = at_s
            self.value = self._find(at_s)

    def _find(self, at_s: float) -> float | None:
        if self.value is not None:
            is_sent = any(value == self.value for at, value in self._readings if at >= at_s - ABSENT_S)
            return self.value if is_sent else None
        if at_s - self._readings[0][0] < REPEATS_S:
            return None
        value, count = Counter(value for _, value in self._readings).most_common(1)[0]
        if count < REPEATS or self._was_absent(value, at_s):
            return None
        others = [other for at, other in self._readings if at >= at_s - OTHERS_S and other != value]
        is_apart = all(
            abs(other / value / factor - 1.0) > APART for other in others for factor in (0.5, 1, 2)
        )
        is_apart = is_apart and len({other > value for other in others}) == 1
        return value if is_apart and len(others) >= OTHERS and len(set(others)) >= DISTINCT else None

    def _was_absent(self, value: float, at_s: float) -> bool:
        times = [at for at, other in self._readings if other == value]
        return any(
            after - before > ABSENT_S
            for before, after in zip([at_s - REPEATS_S, *times], [*times, at_s], strict=True)
        )
