"""What `adaptive mix` can turn: level, tone and width of a layer, and what each does to its bands.

Filters are those of the `eq` insert, whose formulae are in R. Bristow-Johnson, "Cookbook formulae for audio
equalizer biquad filter coefficients".
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ, F64
from adaptive.analysis.mix_roles import BASS, DRUMS, LEAD, MASTER, OTHER, PERCUSSION

Shape = Literal["low_shelf", "bell", "high_shelf"]
RATE = 48000.0
SHELF_Q = 1.0 / math.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class MixControl:
    """A number of a layer that can be turned, in decibels.

    Attributes
    ----------
    kind : str
        ``level``, ``width``, ``pan``, or the key of the `eq` insert that it sets.
    lowest, highest : float
        How far it is turned at most.
    shape, hz, q
        Of a filter.
    roles : frozenset of str
        Layers of these roles have it.
    """

    kind: str
    lowest: float
    highest: float
    roles: frozenset[str]
    shape: Shape | None = None
    hz: float = 0.0
    q: float = SHELF_Q

    @property
    def is_tone(self) -> bool:
        """Whether it is a filter of the `eq` insert."""
        return self.shape is not None

    def gains(self, value: float) -> tuple[F64, F64]:
        """By which powers of the middle and of the side are multiplied in each band."""
        return _gains(self, value)


EVERYONE = frozenset({LEAD, BASS, DRUMS, PERCUSSION, OTHER})
TONES = (
    MixControl("low_db", -6.0, 4.0, EVERYONE | {MASTER}, "low_shelf", 120.0),
    MixControl("low_mid_db", -5.0, 3.0, EVERYONE | {MASTER}, "bell", 350.0, 0.7),
    MixControl("high_mid_db", -5.0, 5.0, EVERYONE | {MASTER}, "bell", 2500.0, 0.7),
    MixControl("high_db", -6.0, 6.0, (EVERYONE | {MASTER}) - {BASS}, "high_shelf", 5000.0),
)
CONTROLS = (
    MixControl("level", -15.0, 15.0, EVERYONE),
    *TONES,
    MixControl("width", -6.0, 4.0, frozenset({OTHER, PERCUSSION, DRUMS})),
)


@functools.cache
def _gains(control: MixControl, value: float) -> tuple[F64, F64]:
    ones = np.ones(len(CENTRES_HZ))
    if control.kind == "width":
        return ones, ones * 10.0 ** (value / 10.0)
    power = filter_db(control.shape, control.hz, value, control.q) if control.shape else ones * value
    gain = 10.0 ** (power / 10.0)
    return gain, gain


def filter_db(shape: Shape, hz: float, gain_db: float, q: float, at_hz: F64 = CENTRES_HZ) -> F64:
    """Response of a filter of the `eq` insert, in dB.

    Parameters
    ----------
    shape : str
        ``low_shelf``, ``bell`` or ``high_shelf``.
    hz, gain_db, q : float
        Its corner or centre, its level and its quality.
    at_hz : ndarray
        Where the response is calculated.
    """
    a = 10.0 ** (gain_db / 40.0)
    w = 2.0 * math.pi * hz / RATE
    alpha, cosine, root = math.sin(w) / (2.0 * q), math.cos(w), 2.0 * math.sqrt(a) * math.sin(w) / (2.0 * q)
    if shape == "bell":
        b = (1.0 + alpha * a, -2.0 * cosine, 1.0 - alpha * a)
        c = (1.0 + alpha / a, -2.0 * cosine, 1.0 - alpha / a)
    else:
        s = 1.0 if shape == "low_shelf" else -1.0
        b = (
            a * ((a + 1) - s * (a - 1) * cosine + root), s * 2 * a * ((a - 1) - s * (a + 1) * cosine),
            a * ((a + 1) - s * (a - 1) * cosine - root),
        )  # fmt: skip
        c = (
            (a + 1) + s * (a - 1) * cosine + root, -s * 2 * ((a - 1) + s * (a + 1) * cosine),
            (a + 1) + s * (a - 1) * cosine - root,
        )  # fmt: skip
    z = np.exp(-2j * math.pi * np.asarray(at_hz) / RATE)
    response = (b[0] + b[1] * z + b[2] * z * z) / (c[0] + c[1] * z + c[2] * z * z)
    found: F64 = 20.0 * np.log10(np.abs(response))
    return found
