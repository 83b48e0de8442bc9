"""Peaks of the master since each of several listeners asked last: the kernel keeps them for one only."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from adaptive.engine.engine import Audio, Engine


class SharedPeaks:
    """Hands out the peaks of the master to several listeners that ask at different times."""

    def __init__(self) -> None:
        self._held: dict[Hashable, Audio] = {}

    def take(self, listener: Hashable, engine: Engine) -> Audio:
        """Linear peak of each channel since this listener asked last; at first, since anybody did."""
        fresh = engine.peaks()
        if any(held.shape != fresh.shape for held in self._held.values()):
            self._held.clear()  # an engine with other channels
        for held in self._held.values():
            np.maximum(held, fresh, out=held)
        found = self._held.get(listener, fresh).copy()
        self._held[listener] = np.zeros_like(fresh)
        return found

    def forget(self, listener: Hashable) -> None:
        """A listener has gone."""
        self._held.pop(listener, None)
