"""Which layer masks which: a layer is masked where the others are much louder in the same band.

A simple model: bands of a third of an octave, masked 10 dB below the sum of the others, whose energy spreads
to the bands beside by 15 dB upwards and 25 dB downwards a band.  It knows neither tone nor noise, nor time.

References
----------
B. C. J. Moore, "An Introduction to the Psychology of Hearing", chapter 3: masking, and its spread upwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ, F64, band_powers

MASKED_DB, UPWARDS_DB, DOWNWARDS_DB = -10.0, -15.0, -25.0
ACTIVE_DB = -40.0
"""Frames so far below a layer's loudest are pauses."""

LOUDNESS_POWER = 0.3
"""Stevens' law: twice as loud is 10 dB."""

TOLD_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Masked:
    """A layer that is masked: by which other, which share of it, and between which frequencies."""

    layer: str
    by: str
    share: float
    low_hz: float
    high_hz: float


def masked_layers(layers: Mapping[str, Any], sample_rate: int) -> Iterator[Masked]:
    """Find layers of which most is masked by the others.

    Parameters
    ----------
    layers : Mapping
        Layer to its sound, shape (frames,), all of one length.
    sample_rate : int
        In Hz.
    """
    powers = {name: band_powers(audio, sample_rate) for name, audio in layers.items()}
    for name, own in powers.items():
        frames = own.sum(axis=1)
        is_active = frames > max(frames.max(initial=0.0) * 10.0 ** (ACTIVE_DB / 10.0), 1e-9)
        others = {other: power for other, power in powers.items() if other != name}
        if not is_active.any() or not others:
            continue
        total = spread(np.sum(list(others.values()), axis=0))
        weight = own**LOUDNESS_POWER * is_active[:, None]
        is_masked = own < total * 10.0 ** (MASKED_DB / 10.0)
        hidden = (weight * is_masked).sum(axis=0)
        share = float(hidden.sum() / weight.sum())
        if share >= TOLD_SHARE:
            loudest = max(others, key=lambda other: float((others[other] * weight * is_masked).sum()))
            order = np.cumsum(hidden) / hidden.sum()
            low, high = (int(np.searchsorted(order, part)) for part in (0.1, 0.9))
            yield Masked(name, loudest, share, float(CENTRES_HZ[low]), float(CENTRES_HZ[high]))


def spread(power: F64) -> F64:
    """Let each band, in the last axis, reach those beside it."""
    reached = power.copy()
    for number in range(1, power.shape[-1]):
        below = reached[..., number - 1] * 10.0 ** (UPWARDS_DB / 10.0)
        reached[..., number] = np.maximum(reached[..., number], below)
    for number in range(power.shape[-1] - 2, -1, -1):
        above = reached[..., number + 1] * 10.0 ** (DOWNWARDS_DB / 10.0)
        reached[..., number] = np.maximum(reached[..., number], above)
    return reached
