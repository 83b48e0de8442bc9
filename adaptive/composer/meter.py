"""What a bar feels like: pulses, groups of pulses, and how heavy each place is.

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
"""Weights, from the bar line to the sixteenth between two eighths."""


@dataclass(frozen=True)
class Meter:
    """A meter.  Onsets and lengths are in beats of its denominator.

    Parameters
    ----------
    beats, unit : int
        As in the time signature; `unit` is 1, 2, 4, 8 or 16.

    Notes
    -----
    With a denominator up to 4 the pulse is the quarter.  With 8 and 16 pulses are twos and threes:
    threes alone where they fit, else threes before twos, and 7 as 2 + 2 + 3.
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
        """Onsets of the pulses, in groups of two and three."""
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
        """Last pulse of each group: where a snare answers."""
        return tuple(group[-1] for group in self.groups if len(group) > 1)

    @cached_property
    def middle(self) -> Fraction:
        """The pulse in the middle of the bar: where a half-time snare falls."""
        return self.pulses[(len(self.pulses) + 1) // 2] if len(self.pulses) > 1 else self.pulses[0]

    @cached_property
    def halves(self) -> tuple[Fraction, ...]:
        """Onsets between the pulses that divide them first: eighths."""
        eighth = 2 * self.step
        places = (eighth * index for index in range(int(self.length / eighth)))
        return tuple(onset for onset in places if onset not in self.pulses)

    @cached_property
    def weak(self) -> tuple[Fraction, ...]:
        """Sixteenths between the eighths."""
        return tuple(onset for onset in self.steps if self.weight(onset) < 0.2)

    def weight(self, onset: Fraction) -> float:
        """How heavy a place is, `WEAK` to `DOWNBEAT`."""
        return self._weights.get(onset, WEAK)

    @cached_property
    def _weights(self) -> dict[Fraction, float]:
        weights = dict.fromkeys(self.halves, HALF) | dict.fromkeys(self.pulses, PULSE)
        return weights | dict.fromkeys(self.group_starts, GROUP) | {Fraction(0): DOWNBEAT}

    def pulse_at(self, onset: Fraction) -> int:
        """Index of the pulse in which a place lies."""
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
