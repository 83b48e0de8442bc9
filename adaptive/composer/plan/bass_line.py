"""The octave of every bass note: near the note before, with a pull towards a home register."""

from __future__ import annotations

from adaptive.music.pitch import Tone

LOW, HOME, HIGH = 28, 33, 43
"""E1, the lowest string of a bass; A1, the preferred register; G2, below every other layer."""


def bass_pitch(tone: Tone, previous: int) -> int:
    """Return the MIDI pitch of a bass tone.

    Examples
    --------
    >>> bass_pitch(Tone.parse("E"), 33), bass_pitch(Tone.parse("E"), 38)
    (28, 40)
    """
    choices = [midi for midi in range(LOW, HIGH + 1) if midi % 12 == tone.pitch_class]
    return min(choices, key=lambda midi: (abs(midi - previous) + abs(midi - HOME) / 2, midi))
