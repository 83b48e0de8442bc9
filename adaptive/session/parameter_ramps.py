"""Parameters that move to a value in a straight line: `ramp_to` of the Python API, ``seconds`` in JSON."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from adaptive.engine.engine import SOURCE_NETWORK
from adaptive.kernel.layout import QUANTUM
from adaptive.session.performance import Performance

APPLIED_FRAMES = 4 * QUANTUM
"""Frames after which the kernel has surely applied what was written into a slot."""


MOST_WRITTEN = 64
"""Values that may be written before the kernel applies the first of them."""


@dataclass(slots=True)
class ParameterRamp:
    """A straight line from one value to another, in frames of the timeline.

    Parameters
    ----------
    start, goal : float
        First and last value.
    first_frame, frames : int
        Where it begins, and its length.
    written : deque of float
        The last values that were set, as the kernel holds them: with any other, somebody else has set the
        parameter.
    """

    start: float
    goal: float
    first_frame: int
    frames: int
    written: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_WRITTEN))

    def value_at(self, frame: int) -> float:
        """Value at a frame.

        Examples
        --------
        >>> ParameterRamp(0.0, 1.0, 100, 200).value_at(150)
        0.25
        """
        passed = min(max(frame - self.first_frame, 0), self.frames)
        return self.start + (self.goal - self.start) * passed / self.frames


class ParameterRamps:
    """Sets the parameters that are on their way, every few milliseconds, as a game would.

    A ramp ends when somebody else sets the parameter: the latest value wins.

    The kernel reports each value that it applies, so a recording holds them.
    While the music is paused, a ramp stands still.
    """

    def __init__(self) -> None:
        self._running: dict[str, ParameterRamp] = {}
        self._set: dict[str, tuple[int, float]] = {}

    def __len__(self) -> int:
        return len(self._running)

    def start(self, performance: Performance, name: str, goal: float, seconds: float) -> None:
        """Move a parameter from its present target to `goal` within `seconds` of music."""
        engine = performance.engine
        present, _smoothed = engine.targets({name: performance.layout.parameters[name]})[name]
        start = present
        set_frame, value = self._set.get(name, (engine.frame - APPLIED_FRAMES, start))
        if engine.frame - set_frame < APPLIED_FRAMES:
            start = value
        frames = max(1, round(seconds * engine.spec.sample_rate))
        ramp = ParameterRamp(start, goal, engine.frame, frames)
        ramp.written.extend((present, float(np.float32(start))))
        self._running[name] = ramp

    def set_at_once(self, name: str, value: float, frame: int) -> None:
        """A parameter was set to a value at a frame: it no longer ramps."""
        self._running.pop(name, None)
        self._set[name] = (frame, value)

    def left(self, name: str, frame: int) -> tuple[float, float, int] | None:
        """Of a parameter that ramps: its value at a frame, its goal, and the frames that are left."""
        ramp = self._running.get(name)
        if ramp is None:
            return None
        return ramp.value_at(frame), ramp.goal, max(0, ramp.first_frame + ramp.frames - frame)

    def stop_all(self) -> None:
        """Leave all parameters where they are."""
        self._running.clear()
        self._set.clear()

    def follow(self, performance: Performance) -> None:
        """Set the values of the present frame."""
        frame = performance.engine.frame
        for name, ramp in list(self._running.items()):
            index = performance.layout.parameters.get(name)
            if index is None:  # an edit has removed the parameter
                del self._running[name]
                continue
            target, _smoothed = performance.engine.targets({name: index})[name]
            if target not in ramp.written:  # the OSC receiver has set it
                del self._running[name]
                continue
            value = ramp.value_at(frame)
            performance.engine.set_parameter(index, value, SOURCE_NETWORK)
            if value != ramp.written[-1]:
                ramp.written.append(float(np.float32(value)))
            if frame >= ramp.first_frame + ramp.frames:
                del self._running[name]
