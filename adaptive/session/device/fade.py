"""Fades the master out before another sink drives the engine, and in again after, to avoid clicks."""

from __future__ import annotations

from adaptive.engine.engine import Engine

FADE_S = 0.1
"""Length of the fade: the volume is then at a ten-thousandth (it goes 99 % of the way in 50 ms)."""

FADED = 1e-7
"""Volume, as a gain, while the driver changes: -140 dB.  No listener would choose this number."""


class MasterFade:
    """Fades the volume out, and restores it unless it was set meanwhile."""

    def __init__(self) -> None:
        self._kept: float | None = None
        self._since_s = 0.0

    def out(self, engine: Engine, now_s: float) -> bool:
        """Fade out.  Call it repeatedly; returns True once the output is silent."""
        if self._kept is None:
            head = engine.memory.head
            self._kept, head["volume_wanted"] = float(head["volume_wanted"]), FADED
            self._since_s = now_s
        return now_s - self._since_s >= FADE_S

    def back(self, engine: Engine) -> None:
        """Restore the volume.  The engine may be another than the one that was faded out."""
        head = engine.memory.head
        if self._kept is not None and abs(float(head["volume_wanted"]) - FADED) < FADED / 2:
            head["volume_wanted"] = self._kept
        self._kept = None
