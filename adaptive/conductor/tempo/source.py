"""The sources of a live tempo: what asks, while the music plays, for another tempo than the section's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TempoTarget:
    """A tempo that a source asks for.

    Parameters
    ----------
    tempo_bpm : float
        Quarter notes a minute; what a source corrects in phase is in it, too.
    source : str
        Who asks, for the log: ``programme``, ``parameter``.
    max_change_per_s : float
        Limit of change, as a share of the tempo a second, of tempo and phase together.
    """

    tempo_bpm: float
    source: str
    max_change_per_s: float = 0.02


class TempoSource(Protocol):
    """Asks for a tempo, or for none."""

    def target(self, now: int) -> TempoTarget | None:
        """The tempo it asks for in the control step that begins at a frame; None: it asks for none."""


def first_target(sources: tuple[TempoSource, ...], now: int) -> TempoTarget | None:
    """What the first source asks for that asks at all; they are in the order of precedence."""
    for source in sources:
        target = source.target(now)
        if target is not None:
            return target
    return None
