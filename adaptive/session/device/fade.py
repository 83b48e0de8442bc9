"""The master is faded around a change of driver, so that a device is entered and left without a click."""

from __future__ import annotations

from adaptive.engine.engine import Engine

FADE_S = 0.1
"""Volume is at a ten-thousandth after this (99 % of the way in 50 ms)."""

FADED = 1e-7
"""The volume a change of driver is made at: -140 dB, and no number a listener would choose."""


class MasterFade:
    """Takes the volume away and gives it back, unless somebody has set it meanwhile."""

    def __init__(self) -> None:
        self._kept: float | None = None
        self._since_s = 0.0

    def out(self, engine: Engine, now_s: float) -> bool:
        """Fade out, over several calls; True once it is silent."""
        if self._kept is None:
            head = engine.memory.head
            self._kept, head["volume_wanted"] = float(head["volume_wanted"]), FADED
            self._since_s = now_s
        return now_s - self._since_s >= FADE_S

    def back(self, engine: Engine) -> None:
        """Give the volume back; the engine may be another by now."""
        head = engine.memory.head
        if self._kept is not None and abs(float(head["volume_wanted"]) - FADED) < FADED / 2:
            head["volume_wanted"] = self._kept
        self._kept = None
