"""Conversions between units of level and pitch.

Names state the unit: `gain` is linear, `level_db` is in decibels, `pitch` is a MIDI number.
"""

from __future__ import annotations

import math

SILENCE_DB = -80.0
"""Levels at or below this are silence: gain 0."""


def db_to_gain(level_db: float) -> float:
    """Return the linear gain of a level; 0 at -80 dB and below.

    Examples
    --------
    >>> db_to_gain(0.0)
    1.0
    >>> db_to_gain(-80.0)
    0.0
    """
    return 0.0 if level_db <= SILENCE_DB else math.pow(10.0, level_db / 20.0)


def gain_to_db(gain: float) -> float:
    """Return the level of a linear gain, at least -80 dB.

    Examples
    --------
    >>> gain_to_db(0.1)
    -20.0
    >>> gain_to_db(0.0)
    -80.0
    """
    return SILENCE_DB if gain <= 1e-4 else 20.0 * math.log10(gain)


def hz_to_pitch(frequency_hz: float) -> float:
    """Return the MIDI pitch of a frequency in equal temperament; 440 Hz is 69.

    Examples
    --------
    >>> hz_to_pitch(880.0)
    81.0
    """
    return 69.0 + 12.0 * math.log2(frequency_hz / 440.0)
