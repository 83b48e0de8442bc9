"""From a cadence and a phase error to a tempo: one law for both, within one limit of change.

The tempo may change by so much a second, so a phase can be caught up only by going faster and then slower
again.  The fastest way to be at rest at an error of zero is to brake along ``v² = 2·a·e``; near zero the
law is a straight line, so that the jitter of a step does not become jitter of the tempo.
"""

from __future__ import annotations

import math

GAIN_PER_S = 0.65
"""Near zero: a phase error of 10 ms is corrected by 0.65 % of tempo."""

STRAIGHT_S = 0.026
"""Up to this error the law is a straight line: with 2 % of jitter, steps deviate by 14 ms."""

BRAKE_SHARE = 0.8
"""Part of the limit of change that braking counts on; the rest is for what the law does not foresee."""

MOST_MATCH = 0.04
"""Largest correction in *match*, as a share of the cadence: more is noticed, and no faster."""

MOST_LEAD = 0.03
"""Largest distance from the cadence in *lead*: 1 to 3 % carries runners, about 4 % is noticed (Van Dyck and
others, Sports Medicine - Open 1:15, 2015)."""


def correction(error_s: float, change_per_s: float, most: float) -> float:
    """How much faster than the cadence the music has to be, as a share of it.

    Parameters
    ----------
    error_s : float
        How late the beat is; negative: early.
    change_per_s : float
        Limit of change of tempo, as a share a second.
    most : float
        Largest result.
    """
    size = abs(error_s)
    straight = GAIN_PER_S * size
    if size > STRAIGHT_S:
        brake = BRAKE_SHARE * change_per_s
        at_end = GAIN_PER_S * STRAIGHT_S
        # the curve v² = at_end² + 2·a·(e − e₀) begins where the line ends
        straight = math.sqrt(at_end * at_end + 2.0 * brake * (size - STRAIGHT_S))
    return math.copysign(min(straight, most), error_s)


def phase_error_s(beat_s: float, step_s: float, beat_period_s: float) -> float:
    """How much later than the step nearest to it a beat is, from minus half a beat to half a beat."""
    error = beat_s - step_s
    return error - beat_period_s * round(error / beat_period_s)
