"""The latency behind the sound card, found by tapping along to clicks."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from adaptive.errors import InputError

CLICK_SPACING_S = 2.5
"""Time between two clicks: latencies up to 1 s are unambiguous, with 1.5 s to spare for early taps."""

DISCARDED = 4
"""First taps, in which a person finds the beat."""

TAPS = 16
"""Taps whose median is taken."""

MOST_LATENCY_S = 1.0
MOST_EARLY_S = 0.2
"""People tap before the beat, by 20 to 80 ms; without latency a tap may come so much before its click."""

MOST_SCATTER_S = 0.06
"""Half of the taps must lie within this distance of the median: tapping along scatters by about 20 ms."""


def latency_of_taps(clicks: Sequence[float], taps: Sequence[float]) -> float:
    """Seconds by which taps come after the clicks they belong to.

    Parameters
    ----------
    clicks : sequence of float
        When each click was sent, in seconds, at least `CLICK_SPACING_S` apart.
    taps : sequence of float
        When each tap came, in order; `DISCARDED` and `TAPS` of them.

    Returns
    -------
    float
        The median, from 0 to `MOST_LATENCY_S`.

    Raises
    ------
    InputError
        There are too few taps, or they scatter.
    """
    late = [found for tap in taps if (found := _lateness(clicks, tap)) is not None]
    if len(late) < DISCARDED + TAPS:
        message = f"{DISCARDED + TAPS} taps are needed, one for each click; {len(late)} fell near one"
        raise InputError(message)
    kept = late[DISCARDED : DISCARDED + TAPS]
    middle = statistics.median(kept)
    scatter = statistics.median(abs(value - middle) for value in kept)
    if scatter > MOST_SCATTER_S:
        message = (
            f"the taps scatter by {1000.0 * scatter:.0f} ms about their median, more than the "
            f"{1000.0 * MOST_SCATTER_S:.0f} ms there may be: tap once on each click, and try again"
        )
        raise InputError(message)
    return min(max(middle, 0.0), MOST_LATENCY_S)


def _lateness(clicks: Sequence[float], tap_s: float) -> float | None:
    """How long after its click a tap came; None if it belongs to none."""
    if not math.isfinite(tap_s):
        return None
    fitting = [tap_s - click for click in clicks if -MOST_EARLY_S <= tap_s - click <= MOST_LATENCY_S + 0.1]
    return min(fitting, key=abs) if fitting else None
