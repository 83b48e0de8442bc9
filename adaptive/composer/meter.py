"""Metrical structure of a bar: pulses, groups of pulses, and the weight of each position.

Examples
--------
>>> [str(onset) for onset in Meter(7, 8).pulses]
['0', '2', '4']
>>> [str(onset) for onset in Meter(4, 4).backbeats]
['1', '3']
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate

DOWNBEAT, GROUP, PULSE, HALF, WEAK = 1.0, 0.8, 0.6, 0.35, 0.15
"""Metrical weights: bar line, first pulse of a group, other pulses, eighths, sixteenths between eighths."""


@dataclass(frozen=True)
class Meter:
    """A time signature.  Onsets and lengths are in beats of its denominator.

    Parameters
    ----------
    beats, unit : int
        As in the time signature; `unit` is 1, 2, 4, 8 or 16.

    Notes
    -----
    With a denominator up to 4, a pulse is a quarter.  With 8 and 16, a pulse is two or three beats: only
    threes if they fit, else threes before twos; 7 is 2 + 2 + 3.
    """

    beats: int
    unit: int

    @cached_property
    def length(self) -> Fraction:
        """Length of the bar."""
        return Fraction(self.beats)

    @cached_property
    def step(self) -> Fraction:
        """Length of a sixteenth."""
        return Fraction(self.unit, 16)

    @cached_property
    def steps(self) -> tuple[Fraction, ...]:
        """Onsets of all sixteenths."""
        return tuple(self.step * index for index in range(int(self.length / self.step)))

    @cached_property
    def pulse_lengths(self) -> tuple[Fraction, ...]:
        """Length of each pulse."""
        if self.unit <= 4:
            quarter = Fraction(self.unit, 4)
            return (quarter,) * int(self.length / quarter)
        return tuple(Fraction(part) for part in _twos_and_threes(self.beats))

    @cached_property
    def pulses(self) -> tuple[Fraction, ...]:
        """Onset of each pulse."""
        return tuple(accumulate(self.pulse_lengths[:-1], initial=Fraction(0)))

    @cached_property
    def groups(self) -> tuple[tuple[Fraction, ...], ...]:
        """Onsets of the pulses, in groups of two and three (one group if there is a single pulse)."""
        count = len(self.pulses)
        parts = (2,) * (count // 2) if count % 2 == 0 and count != 6 else _twos_and_threes(count)
        ends = list(accumulate(parts))
        return tuple(self.pulses[a:b] for a, b in zip([0, *ends], ends, strict=False))

    @cached_property
    def group_starts(self) -> tuple[Fraction, ...]:
        """Onset of each group of pulses."""
        return tuple(group[0] for group in self.groups)

    @cached_property
    def backbeats(self) -> tuple[Fraction, ...]:
        """Onset of the last pulse of each group that has at least two: the snare's backbeats."""
        return tuple(group[-1] for group in self.groups if len(group) > 1)

    @cached_property
    def middle(self) -> Fraction:
        """Onset of the pulse in the middle of the bar: the snare of a half-time pattern."""
        return self.pulses[(len(self.pulses) + 1) // 2] if len(self.pulses) > 1 else self.pulses[0]

    @cached_property
    def halves(self) -> tuple[Fraction, ...]:
        """Onsets of the eighths that are no pulses."""
        eighth = 2 * self.step
        places = (eighth * index for index in range(int(self.length / eighth)))
        return tuple(onset for onset in places if onset not in self.pulses)

    @cached_property
    def weak(self) -> tuple[Fraction, ...]:
        """Sixteenths between the eighths."""
        return tuple(onset for onset in self.steps if self.weight(onset) < 0.2)

    def place(self, onset: Fraction) -> int:
        """Number of the sixteenth that contains an onset, as integers: fractions take five times as long."""
        return 16 * onset.numerator // (self.unit * onset.denominator)

    def weight(self, onset: Fraction) -> float:
        """Metrical weight of an onset, `WEAK` … `DOWNBEAT`."""
        place, rest = divmod(16 * onset.numerator, self.unit * onset.denominator)
        return WEAK if rest or not 0 <= place < len(self._weights) else self._weights[place]

    @cached_property
    def _weights(self) -> tuple[float, ...]:
        """Metrical weight of each sixteenth."""
        weights = dict.fromkeys(self.halves, HALF) | dict.fromkeys(self.pulses, PULSE)
        weights |= dict.fromkeys(self.group_starts, GROUP) | {Fraction(0): DOWNBEAT}
        return tuple(weights.get(onset, WEAK) for onset in self.steps)

    def pulse_at(self, onset: Fraction) -> int:
        """Index of the pulse that contains an onset."""
        return max(0, sum(pulse <= onset for pulse in self.pulses) - 1)


def _twos_and_threes(count: int) -> Sequence[int]:
    if count == 7:
        return (2, 2, 3)
    if count < 3:
        return (count,)
    twos = -count % 3
    return (3,) * ((count - 2 * twos) // 3) + (2,) * twos


@lru_cache(maxsize=64)
def meter(beats: int, unit: int) -> Meter:
    """Return the meter of a time signature; the same object each time."""
    return Meter(beats, unit)
