"""The listener's volume: it belongs to the session, and moves in a straight line where a time is given."""

from __future__ import annotations

from adaptive.engine.engine import Engine


class Volume:
    """Sets the volume of the engine that plays, step by step while it moves.

    The kernel smooths what is set over 50 ms, so the steps are not heard.

    Parameters
    ----------
    engine : Engine
        The engine that plays.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._from, self._to = 1.0, 1.0
        self._start_frame, self._frames = 0, 0

    def set(self, volume: float, seconds: float) -> None:
        """Move to a volume, 0 … 1, whose square is the gain, within some seconds; 0: at once."""
        self._from, self._to = self._gain(), volume * volume
        self._start_frame = self._engine.frame
        self._frames = round(seconds * self._engine.spec.sample_rate)
        self._engine.set_volume(self._gain())

    def follow(self) -> None:
        """Set the volume of the present frame; call it often."""
        if self._frames:
            gain = self._gain()
            if self._engine.frame >= self._start_frame + self._frames:
                self._frames = 0
            self._engine.set_volume(gain)

    def adopt(self, engine: Engine) -> None:
        """Go on with another engine, whose frames count from 0."""
        gain, passed = self._gain(), self._engine.frame - self._start_frame
        self._from, self._frames = gain, max(0, self._frames - passed)
        self._engine, self._start_frame = engine, engine.frame
        engine.set_volume(gain)

    def _gain(self) -> float:
        passed = self._engine.frame - self._start_frame
        if passed >= self._frames:
            return self._to
        return self._from + (self._to - self._from) * passed / self._frames
