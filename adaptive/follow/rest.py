"""A tempo that rests until what it follows has moved by more than is worth following."""

from __future__ import annotations

REST_SHARE = 0.0025
"""A tempo moves only when what it follows has moved by this share: a steady runner hears a steady beat, and a
stem at its own tempo stays untouched."""


class Rest:
    """Holds a tempo."""

    def __init__(self) -> None:
        self._held: float | None = None

    def rested(self, tempo_bpm: float) -> float:
        """The tempo that is held, or the new one if it is farther away than `REST_SHARE`."""
        if self._held is None or abs(tempo_bpm / self._held - 1.0) > REST_SHARE:
            self._held = tempo_bpm
        return self._held

    def forget(self) -> None:
        """Hold the next one, wherever it is."""
        self._held = None
