"""Predicts how audio goes on beyond its end, by linear prediction (Burg's method)."""

from __future__ import annotations

from typing import Any

import numpy as np

Line = np.ndarray[Any, np.dtype[np.float64]]

HISTORY = 1024
"""Frames that a prediction is made from."""

MOST_ORDER = 48
"""Past frames that each predicted frame is a sum of."""


def coefficients(past: Line, order: int) -> Line:
    """Return the weights of the last `order` frames, the newest first, that predict the next one.

    Burg's method keeps every reflection below 1, so that a prediction never grows.
    """
    forward, backward = past[1:].copy(), past[:-1].copy()
    weights = np.zeros(0)
    for _ in range(order):
        power = float(forward @ forward + backward @ backward)
        if power <= 1e-20:
            break
        reflection = 2.0 * float(forward @ backward) / power
        weights = np.append(weights - reflection * weights[::-1], reflection)
        forward, backward = (
            forward[1:] - reflection * backward[1:],
            backward[:-1] - reflection * forward[:-1],
        )
    return weights


def continuation(past: Line, count: int) -> Line:
    """Return the `count` frames that are likely to follow one channel of audio."""
    past = np.asarray(past[-HISTORY:], np.float64)
    weights = coefficients(past, min(MOST_ORDER, len(past) // 3))
    order = len(weights)
    line = np.concatenate([past[len(past) - order :], np.zeros(count)])
    for i in range(order, order + count):
        line[i] = weights @ line[i - order : i][::-1]
    return line[order:]


def bridged(before: Line, after: Line, count: int) -> Line:
    """Return the likely `count` frames between two pieces: the one goes on, and fades into the other."""
    share = (np.arange(count) + 1.0) / (count + 1.0)
    ahead = continuation(before, count)
    back = continuation(after[HISTORY - 1 :: -1] if len(after) >= HISTORY else after[::-1], count)[::-1]
    return np.asarray(ahead * (1.0 - share) + back * share)
