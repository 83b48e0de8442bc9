"""A tempo that rests until what it follows has moved by more than is worth following."""

from __future__ import annotations

REST_SHARE = 0.0025
"""A tempo moves only when what it follows has moved by this share: a steady runner hears a steady beat, and a
stem at its own tempo stays untouched."""


NOISE_SHARE = 0.35
"""It has to move by more than this share of the usual distance of readings from their average, too."""


class Rest:
    """Holds a tempo."""

    def __init__(self) -> None:
        self._held: float | None = None

    def rested(self, tempo_bpm: float, noise: float = 0.0) -> float:
        """The tempo that is held, or the new one if it is farther away than `REST_SHARE`.

        `noise` is the usual distance of a reading from their average, as a share.
        """
        if self._held is None or abs(tempo_bpm / self._held - 1.0) > max(REST_SHARE, NOISE_SHARE * noise):
            self._held = tempo_bpm
        return self._held

    def forget(self) -> None:
        """Hold the next one, wherever it is."""
        self._held = None
