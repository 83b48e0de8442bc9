"""Units and the conversions between them: levels, pitches, durations.

Names carry the unit: `gain` is linear, `level_db` is in decibels, `pitch` is a MIDI number.
"""

from __future__ import annotations

import math

SILENCE_DB = -80.0
"""At this level and below it is silent."""


def db_to_gain(level_db: float) -> float:
    """Linear gain of a level; -80 dB and less is 0.

    Examples
    --------
    >>> db_to_gain(0.0)
    1.0
    >>> db_to_gain(-80.0)
    0.0
    """
    return 0.0 if level_db <= SILENCE_DB else math.pow(10.0, level_db / 20.0)


def gain_to_db(gain: float) -> float:
    """Level of a linear gain, never below -80 dB."""
    return SILENCE_DB if gain <= 1e-4 else 20.0 * math.log10(gain)


def hz_to_pitch(frequency_hz: float) -> float:
    """MIDI pitch of a frequency; 440 Hz is 69."""
    return 69.0 + 12.0 * math.log2(frequency_hz / 440.0)


def pitch_to_hz(pitch: float) -> float:
    """Frequency of a MIDI pitch in equal temperament."""
    return 440.0 * math.pow(2.0, (pitch - 69.0) / 12.0)


def seconds_to_frames(seconds: float, sample_rate: float) -> int:
    """Whole frames nearest to a duration."""
    return round(seconds * sample_rate)
