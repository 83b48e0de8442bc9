"""How somebody is followed: the keys of `[tempo_follow]`, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["match", "lead", "manual"]


@dataclass(frozen=True, slots=True)
class FollowSettings:
    """How the tempo follows a runner.

    Parameters
    ----------
    range_bpm : (float, float)
        The tempi that the music may have.
    tempo_bpm : float
        The music's own tempo, to which `outside` = ``release`` returns.
    beats_per_step : float
        Quarter notes for each step.
    half_double : bool
        Whether twice and half a cadence are the same runner.
    outside : {"clamp", "release"}
        What is played to a cadence outside the range: its edge, or the music's own tempo.
    max_change_percent_per_s : float
        Limit of change, of tempo and phase together.
    mode : {"match", "lead", "manual"}
        *match*: the runner's cadence.  *lead*: `lead_to_spm`, but at most 3 % from the cadence.  *manual*:
        the cadence is measured, and sets no tempo.
    lead_to_spm : float or None
        The cadence to lead to.
    lead_ms : float
        How long before the step the beat is heard; negative: after it.
    follows_phase : bool
        Whether steps are followed in phase, too.
    stale_after_s : float or None
        Of the cadence's parameter.
    least_spm : float
        The end of the range of the cadence's parameter; a zero is clamped to it.
    fallback_spm : float or None
        The cadence that is followed while the sensor is silent; None: the last one.
    """

    range_bpm: tuple[float, float]
    tempo_bpm: float
    beats_per_step: float = 1.0
    half_double: bool = True
    outside: Literal["clamp", "release"] = "clamp"
    max_change_percent_per_s: float = 2.0
    mode: Mode = "match"
    lead_to_spm: float | None = None
    lead_ms: float = 0.0
    follows_phase: bool = True
    stale_after_s: float | None = None
    fallback_spm: float | None = None
    least_spm: float = 0.0

    @property
    def likely_spm(self) -> tuple[float, float]:
        """The cadences that the music can follow."""
        low, high = self.range_bpm
        return low / self.beats_per_step, high / self.beats_per_step

    @property
    def change_per_s(self) -> float:
        """Limit of change, as a share a second."""
        return self.max_change_percent_per_s / 100.0
