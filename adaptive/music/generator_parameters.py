"""Generators of a SoundFont that MIDI moves: non-registered parameters 120 (controllers 99, 98, 6 and 38).

"SoundFont Technical Specification" 2.04 (2006), section 9.6.  What is set adds to what a zone says, for all
notes of the channel, those that sound too.
"""

from __future__ import annotations

SOUNDFONT_PARAMETERS = 120
"""High half of the numbers of these parameters."""

GENERATORS, GENERATOR_COUNT = 256, 60
"""Number of the control that moves generator 0, beside those of `channel_note`; and how many there are."""

HUNDREDS = {100: 100, 101: 1000, 102: 10000}
"""Low halves that add to the number which the next one names."""

_COARSE = {
    **dict.fromkeys((5, 6, 7, 8, 10, 11, 21, 23, *range(25, 29), 30, *range(33, 37), 38), 2.0),
    22: 4.0, 24: 4.0,
}  # fmt: skip
"""Units of a generator in a step of the parameter, where it is not 1."""


def generator_amount(generator: int, data: int) -> float:
    """What a parameter of 14 bits adds to a generator, in the unit of the generator.

    Examples
    --------
    >>> generator_amount(8, 8192 - 600)  # the cutoff an octave lower, in cents
    -1200.0
    """
    return (min(max(data, 0), 16383) - 8192) * _COARSE.get(generator, 1.0)


def is_generator(control: int) -> bool:
    """Whether a control is a generator."""
    return GENERATORS <= control < GENERATORS + GENERATOR_COUNT
