"""The listener's volume, and the fades of a place: both belong to the session, not to the music."""

from __future__ import annotations

import math

from adaptive.engine.engine import Engine


class GainRamp:
    """A gain that moves in a straight line, counted in the frames of the engine that plays."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._from, self._to = 1.0, 1.0
        self._start_frame, self._frames = 0, 0

    def set(self, gain: float, seconds: float) -> None:
        """Move to a gain within some seconds; 0: at once."""
        self._from, self._to = self.now(), gain
        self._start_frame = self._engine.frame
        self._frames = round(seconds * self._engine.spec.sample_rate)

    def now(self) -> float:
        """The gain of the present frame."""
        passed = self._engine.frame - self._start_frame
        if passed >= self._frames:
            return self._to
        return self._from + (self._to - self._from) * passed / self._frames

    @property
    def is_moving(self) -> bool:
        """Whether it moves; asked once more after its end, so that its end is heard, too."""
        moves = self._frames > 0
        if moves and self._engine.frame >= self._start_frame + self._frames:
            self._frames = 0
        return moves

    def adopt(self, engine: Engine) -> None:
        """Go on with another engine, whose frames count from 0."""
        gain, passed = self.now(), self._engine.frame - self._start_frame
        self._from, self._frames = gain, max(0, self._frames - passed)
        self._engine, self._start_frame = engine, engine.frame


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
        self._listener, self._place = GainRamp(engine), GainRamp(engine)

    def set(self, volume: float, seconds: float) -> None:
        """Move to a volume, 0 … 1, whose square is the gain, within some seconds; 0: at once."""
        self._listener.set(volume * volume, seconds)
        self._tell()

    @property
    def volume(self) -> float:
        """The listener's volume of the present frame, 0 … 1."""
        return math.sqrt(self._listener.now())

    def fade_place(self, gain: float, seconds: float) -> None:
        """Move the gain of the whole place within some seconds, beside the listener's volume."""
        self._place.set(gain, seconds)
        self._tell()

    def follow(self) -> None:
        """Set the volume of the present frame; call it often."""
        gain = self._listener.now() * self._place.now()
        if self._listener.is_moving | self._place.is_moving:
            self._engine.set_volume(gain)

    def adopt(self, engine: Engine) -> None:
        """Go on with another engine, whose frames count from 0."""
        self._listener.adopt(engine)
        self._place.adopt(engine)
        self._engine = engine
        self._tell()

    def _tell(self) -> None:
        self._engine.set_volume(self._listener.now() * self._place.now())
